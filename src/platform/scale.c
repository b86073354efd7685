#include "platform/window_state.h"
#include <SDL_syswm.h>
#include <stdlib.h>
#include <string.h>

#ifdef SDL_VIDEO_DRIVER_X11
/* The X resource Xft.dpi, which desktops set for X11 programs. The library is in use already: this
 * only asks it. */
static float xft_scale(SDL_Window *handle) {
    SDL_SysWMinfo system;
    SDL_VERSION(&system.version);
    if (!SDL_GetWindowWMInfo(handle, &system) || system.subsystem != SDL_SYSWM_X11) return 1.0f;
    void *library = SDL_LoadObject("libX11.so.6");
    if (!library) return 1.0f;
    char *(*resource)(Display *, const char *, const char *) = NULL;
    void *found = SDL_LoadFunction(library, "XGetDefault");
    memcpy(&resource, &found, sizeof resource); /* a function's address, as dlsym gives it */
    const char *dpi = resource ? resource(system.info.x11.display, "Xft", "dpi") : NULL;
    float scale = dpi ? (float)atof(dpi) / 96.0f : 1.0f;
    SDL_UnloadObject(library);
    return scale;
}
#endif

float desktop_scale(SDL_Window *handle) {
    float scale = 1.0f;
#ifdef SDL_VIDEO_DRIVER_X11
    const char *driver = SDL_GetCurrentVideoDriver();
    if (driver && strcmp(driver, "x11") == 0) scale = xft_scale(handle);
#else
    (void)handle;
#endif
    return scale >= 0.5f && scale <= 4.0f ? scale : 1.0f;
}
