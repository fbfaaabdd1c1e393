/* Any octets as a capture that is opened: hosts are found, its connections are observed, the story
 * is told; each line ends what it begins, and every event's cause lies before it. */
#include "seen.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count);

static void check_line(void *user, const struct story_line *line) {
    uint32_t *next = user;
    if (line->i != (*next)++) abort();
    if (line->length < 3 || memcmp(line->text + line->length - 3, "]}\n", 3) != 0) abort();
}

static void tell(struct seen *seen) {
    uint32_t next = 0;
    struct buffer world = {0};
    struct story *story = story_new(DETAIL_STORY, check_line, &next);
    if (story == NULL) return;
    seen_world(&world, seen);
    while (seen_tell(seen, 16, NULL, story) == SEEN_MORE) continue;
    seen_snapshot(&world, seen, next / 2);
    if (story_failed(story) || world.failed) abort();
    buffer_free(&world);
    story_free(story);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t count) {
    struct buffer file = {0};
    struct complaint why = {.place = ""};
    buffer_span(&file, (const char *)octets, count);
    struct seen *seen = seen_begin(&file);
    if (seen == NULL) return 0;
    enum seen_progress progress = SEEN_MORE;
    while (progress == SEEN_MORE) progress = seen_read(seen, 16, &why);
    if (progress == SEEN_BAD && why.problem[0] == '\0') abort(); /* every refusal says why */
    if (progress == SEEN_DONE) tell(seen);
    seen_free(seen);
    return 0;
}
