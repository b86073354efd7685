/* window_drivers.c: linked into the program that the window tests run under the address sanitizer.
 * Drivers stay loaded, so that the leak checker can tell their memory from ours. */
int dlclose(void *library);
int dlclose(void *library) {
    (void)library;
    return 0;
}
