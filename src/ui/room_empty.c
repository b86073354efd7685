/* placeholder so the room configures */ typedef int ui_room_is_empty;
