/* placeholder so the room configures */ typedef int draw_room_is_empty;
