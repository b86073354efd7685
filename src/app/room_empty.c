/* placeholder so the room configures */ typedef int app_room_is_empty;
