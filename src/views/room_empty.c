/* placeholder so the room configures */ typedef int views_room_is_empty;
