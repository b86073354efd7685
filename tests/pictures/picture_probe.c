/* picture_probe A.png B.png MEAN FLAT: are two pictures of one draw list alike? They have the same
 * size, differ by at most MEAN of 255 on average, and where A is one colour all around a pixel
 * (inside cells, bars and grounds) B has that colour, give or take a rounding, on all but FLAT of
 * ten thousand such pixels. Says what it found; status 1: they are not. */
#include "files/files.h"
#include "files/png_file.h"

#include <stdio.h>
#include <stdlib.h>

struct picture {
    uint32_t *pixels;
    size_t width, height;
};

static bool picture_read(const char *path, struct picture *out) {
    struct file_bytes bytes = {0};
    struct file_error error = {0};
    bool is_done = file_read_whole(path, (size_t)256 << 20, &bytes, &error) &&
                   png_file_decode(bytes.data, bytes.size, &out->pixels, &out->width, &out->height,
                                   NULL, NULL, &error);
    file_bytes_free(&bytes);
    if (!is_done) printf("%s\n", error.text);
    return is_done;
}

/* The largest difference of a channel. */
static int distance(uint32_t a, uint32_t b) {
    int most = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);
        if (d < 0) d = -d;
        if (d > most) most = d;
    }
    return most;
}

/* Is everything within two pixels of (x, y) the same colour? */
static bool is_flat(const struct picture *p, size_t x, size_t y) {
    enum { REACH = 2 };
    if (x < REACH || y < REACH || x + REACH >= p->width || y + REACH >= p->height) return false;
    uint32_t colour = p->pixels[y * p->width + x];
    for (size_t j = y - REACH; j <= y + REACH; j++)
        for (size_t i = x - REACH; i <= x + REACH; i++)
            if (p->pixels[j * p->width + i] != colour) return false;
    return true;
}

static int compare(const struct picture *a, const struct picture *b, double most_mean,
                   double most_flat) {
    enum { ROUNDING = 2 };
    double sum = 0;
    size_t flat = 0, wrong = 0, count = a->width * a->height, first_x = 0, first_y = 0;
    for (size_t y = 0; y < a->height; y++)
        for (size_t x = 0; x < a->width; x++) {
            int d = distance(a->pixels[y * a->width + x], b->pixels[y * a->width + x]);
            sum += d;
            if (!is_flat(a, x, y)) continue;
            flat++;
            if (d <= ROUNDING) continue;
            if (!wrong++) first_x = x, first_y = y;
        }
    double mean = sum / (double)count, share = flat ? 10000.0 * (double)wrong / (double)flat : 0;
    printf("mean %.3f; %zu flat pixels, %zu of them another colour (%.2f of 10,000)", mean, flat,
           wrong, share);
    if (wrong) printf(", the first at %zu, %zu", first_x, first_y);
    printf("\n");
    bool is_alike = flat > count / 4 && mean <= most_mean && share <= most_flat;
    return is_alike ? 0 : 1;
}

int main(int argc, char **argv) {
    struct picture a = {0}, b = {0};
    if (argc != 5) {
        printf("usage: picture_probe A.png B.png MEAN FLAT\n");
        return 2;
    }
    int status = 1;
    if (!picture_read(argv[1], &a) || !picture_read(argv[2], &b))
        status = 1;
    else if (a.width != b.width || a.height != b.height)
        printf("%zu x %zu and %zu x %zu pixels\n", a.width, a.height, b.width, b.height);
    else
        status = compare(&a, &b, atof(argv[3]), atof(argv[4]));
    free(a.pixels);
    free(b.pixels);
    return status;
}
