/* placeholder so the room configures */ typedef int platform_room_is_empty;
