/* placeholder so the room configures */ typedef int models_room_is_empty;
