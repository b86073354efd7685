/* placeholder so the room configures */ typedef int attention_room_is_empty;
