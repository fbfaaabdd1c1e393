#ifndef NETSTEP_SIM_SCRATCH_H
#define NETSTEP_SIM_SCRATCH_H
/* One step's bookkeeping, on the caller's C stack and outside the lab: see watch.c. */
#include "sim/lab.h"

enum { EDITED_MAX = 64, IMAGE_ROOM = EDITED_MAX * 768 };
struct edited {
    uint32_t kind;
    struct id id;
    uint32_t rows;  /* enum rows_made of the former value; ROWS_NONE if there was none */
    uint32_t image; /* offset of the former value in `images`, zero if there was none */
    bool whole;     /* the image is there; else `key` is all that is known of the rows */
    struct rows_key key;
};
struct scratch {
    uint32_t told; /* records told in this step so far */
    uint32_t count, image_used;
    struct edited edited[EDITED_MAX];
    _Alignas(8) uint8_t images[IMAGE_ROOM];
};
_Static_assert(IMAGE_ROOM >= 2 * OBJECT_MAX, "an image fits after half of them were dropped");

#endif
