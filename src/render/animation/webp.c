/* webp.c: lossless animated WebP through libwebp; the document is an XMP packet. */
#include "encoder.h"

#include "render/svg/output.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <webp/encode.h>
#include <webp/mux.h>

struct webp {
    WebPAnimEncoder *encoder;
    WebPConfig config;
    int width, height;
    char *document;
};

static bool webp_frame(void *state, const uint32_t *pixels, const uint32_t *before,
                       int64_t start_ms, int64_t end_ms) {
    struct webp *w = state;
    WebPPicture picture;
    (void)before;
    if (end_ms > INT_MAX || !WebPPictureInit(&picture)) return false;
    picture.use_argb = 1;
    picture.width = w->width;
    picture.height = w->height;
    picture.argb = (uint32_t *)(uintptr_t)pixels; /* only read */
    picture.argb_stride = w->width;
    return WebPAnimEncoderAdd(w->encoder, &picture, (int)start_ms, &w->config) != 0;
}

/* XMP: the document as text inside an element, as in an SVG. */
static bool write_packet(struct output *out, const char *document) {
    output_text(out, "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF "
                     "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
                     "<rdf:Description rdf:about=\"\" xmlns:headway=\"urn:headway:document\">"
                     "<headway:document>");
    output_escaped(out, document, strlen(document));
    output_text(out, "</headway:document></rdf:Description></rdf:RDF></x:xmpmeta>");
    return !out->failed;
}

/* The animation with its packet. */
static bool add_document(const struct webp *w, const WebPData *animation, WebPData *whole) {
    struct output packet = {0};
    WebPMux *mux =
        w->document && write_packet(&packet, w->document) ? WebPMuxCreate(animation, 0) : NULL;
    WebPData text = {(const uint8_t *)packet.text, packet.bytes};
    bool is_done = mux && WebPMuxSetChunk(mux, "XMP ", &text, 0) == WEBP_MUX_OK &&
                   WebPMuxAssemble(mux, whole) == WEBP_MUX_OK;
    WebPMuxDelete(mux);
    free(packet.text);
    return is_done;
}

static bool webp_finish(void *state, int64_t end_ms, uint8_t **data, size_t *bytes) {
    struct webp *w = state;
    WebPData animation, whole;
    WebPDataInit(&animation);
    WebPDataInit(&whole);
    bool is_done = end_ms <= INT_MAX && WebPAnimEncoderAdd(w->encoder, NULL, (int)end_ms, NULL) &&
                   WebPAnimEncoderAssemble(w->encoder, &animation) &&
                   (!w->document || add_document(w, &animation, &whole));
    const WebPData *made = w->document ? &whole : &animation;
    uint8_t *copy = is_done ? malloc(made->size + 1) : NULL;
    if (copy) {
        memcpy(copy, made->bytes, made->size);
        copy[made->size] = 0;
        *data = copy;
        *bytes = made->size;
    }
    WebPDataClear(&whole);
    WebPDataClear(&animation);
    return copy != NULL;
}

static void webp_free(void *state) {
    struct webp *w = state;
    WebPAnimEncoderDelete(w->encoder);
    free(w->document);
    free(w);
}

struct encoder encoder_webp(int width, int height, const char *document) {
    struct encoder made = {NULL, webp_frame, webp_finish, webp_free};
    struct webp *w = calloc(1, sizeof *w);
    WebPAnimEncoderOptions options;
    if (!w) return made;
    w->width = width;
    w->height = height;
    w->document = document ? strdup(document) : NULL;
    bool is_set = WebPConfigInit(&w->config) && WebPAnimEncoderOptionsInit(&options);
    w->config.lossless = 1;
    w->config.method = 3;
    w->config.quality = 75;             /* of the search, not of the picture */
    options.anim_params.loop_count = 0; /* for ever */
    options.kmax = 0;                   /* every frame is a change of the one before */
    if (is_set && (w->document || !document))
        w->encoder = WebPAnimEncoderNew(width, height, &options);
    if (w->encoder)
        made.state = w;
    else
        webp_free(w);
    return made;
}
