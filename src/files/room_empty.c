/* placeholder so the room configures */ typedef int files_room_is_empty;
