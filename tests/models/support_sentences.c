#include "support_sentences.h"

#include <stddef.h>

const char *const support_sentences[] = {
    /* English: short, long (to 64 tokens), repeated words, punctuation, numbers */
    "Hi!",
    "The cat sat on the mat because it was tired.",
    "The animal didn't cross the street because it was too tired.",
    "The dog chased the cat, and the cat chased the mouse.",
    "I know that you know that I know.",
    "To be, or not to be: that is the question.",
    "Row, row, row your boat.",
    "She sells sea shells by the sea shore; the shells she sells are sea shells, I'm sure.",
    "How much wood would a woodchuck chuck if a woodchuck could chuck wood?",
    "Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo.",
    "When the rain came down, the children ran to the old house at the end of the road, and the "
    "old "
    "man who lived in the house opened the door, gave the children some bread and some warm milk, "
    "and told the children a long story about the rain and the road until the rain stopped at "
    "last.",
    "The bank of the river is not the bank where I keep my money.",
    "one two three one two three one two three four five six one",
    "In the year 2024 it cost $20.50, and in the year 2023 it cost $20.50 too (more or less).",
    "A rose is a rose is a rose, said Gertrude; \"a rose by any other name would smell as sweet,\" "
    "said William, and neither of them asked the rose what the rose would say about a name.",
    "We choose to go to the moon in this decade and do the other things, not because they are "
    "easy, "
    "but because they are hard, because that goal will serve to organize and measure the best of "
    "our energies and skills.",
    /* Chinese and mixed */
    "山",
    "你好，世界！",
    "小猫坐在垫子上，因为它累了。",
    "我喜欢猫，猫也喜欢我。",
    "今天天气很好，我们去公园玩。",
    "吃葡萄不吐葡萄皮，不吃葡萄倒吐葡萄皮。",
    "知之为知之，不知为不知，是知也。",
    "老师问学生问题，学生问老师问题。",
    "人工智能正在改变世界，注意力机制让机器能够同时看到句子里的每一个字，"
    "并且知道哪些字对当前的字最重要，这就是自注意力的想法。",
    "红凤凰粉凤凰红粉凤凰花凤凰。",
    "我用Python写程序，Python很有趣，我的朋友也用Python。",
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。",
    "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
    "他说“好”，她也说“好”，大家都说“好好好”。",
    "The teacher said 你好 and the students said 你好 too. 老师说hello，学生也说hello。",
    "四是四，十是十，十四是十四，四十是四十，谁能说准四十、十四、四十四，谁来试一试。",
    "从前有座山，山里有座庙，庙里有个老和尚，老和尚对小和尚说：从前有座山，山里有座庙，"
    "庙里有个老和尚，老和尚对小和尚说故事。",
    /* ten that had no part in choosing the seed of the word vectors */
    "The quick brown fox jumps over the lazy dog, and the lazy dog sleeps under the brown tree.",
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age "
    "of foolishness.",
    "Students ask questions and teachers answer questions when the students listen to the answers.",
    "A machine learns from data, and with more data the machine learns more.",
    "Never gonna give you up, never gonna let you down, never gonna run around and desert you.",
    "If you can keep your head when all about you are losing theirs and blaming it on you",
    "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。",
    "妈妈骑马，马慢，妈妈骂马。",
    "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？",
    "他去了北京，她去了上海，他们都没有去广州，因为广州太热了。",
    NULL,
};
