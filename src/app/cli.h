/* cli.h: the program as the command line runs it: the one place, with main.c, that prints. */
#ifndef APP_CLI_H
#define APP_CLI_H

/* Exit status: 0 done, 1 could not, 2 wrong usage. */
int cli_run(int argc, char **argv);
#endif
