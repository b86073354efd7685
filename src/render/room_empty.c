/* placeholder so the room configures */ typedef int render_room_is_empty;
