#include "app/versions.h"

#include "attention/attention.h"
#include "platform/window.h"

#include <SDL_ttf.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <freetype/freetype.h>
#include <fribidi.h>
#include <ft2build.h>
#include <gif_lib.h>
#include <hb.h>
#include <jansson.h>
#include <png.h>
#include <utf8proc.h>
#include <webp/encode.h>

void versions_print(FILE *out) {
    const SDL_version *ttf = TTF_Linked_Version();
    int major = 0, minor = 0, patch = 0, fontconfig = FcGetVersion();
    fprintf(out, "headway %s\n", HEADWAY_VERSION);
    fprintf(out, "attention %s\n", ATTENTION_VERSION);
    fprintf(out, "%s\n", platform_version());
    fprintf(out, "SDL_ttf %d.%d.%d\n", ttf->major, ttf->minor, ttf->patch);
    fprintf(out, "cairo %s\n", cairo_version_string());
    FT_Library library;
    if (FT_Init_FreeType(&library) == 0) {
        FT_Library_Version(library, &major, &minor, &patch);
        FT_Done_FreeType(library);
        fprintf(out, "FreeType %d.%d.%d\n", major, minor, patch);
    }
    fprintf(out, "HarfBuzz %s\n", hb_version_string());
    fprintf(out, "FriBidi %d.%d.%d\n", FRIBIDI_MAJOR_VERSION, FRIBIDI_MINOR_VERSION,
            FRIBIDI_MICRO_VERSION);
    fprintf(out, "fontconfig %d.%d.%d\n", fontconfig / 10000, fontconfig / 100 % 100,
            fontconfig % 100);
    fprintf(out, "libpng %s\n", png_get_libpng_ver(NULL));
    int webp = WebPGetEncoderVersion();
    fprintf(out, "libwebp %d.%d.%d\n", webp >> 16, webp >> 8 & 255, webp & 255);
    fprintf(out, "giflib %d.%d.%d\n", GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE);
    fprintf(out, "jansson %s\n", jansson_version_str());
    fprintf(out, "utf8proc %s\n", utf8proc_version());
}
