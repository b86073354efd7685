/* placeholder so the room configures */ typedef int lesson_room_is_empty;
