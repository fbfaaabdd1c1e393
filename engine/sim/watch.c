#include "sim/scratch.h"
/*
 * Watched fields and table rows, without a line in protocol code. object_edit() leaves a copy of
 * the object here before it is changed for the first time in a step; at the step's end the copies
 * are compared with what the objects have become. A field that differs is a TRACE_VARIABLE, a row
 * that reads differently a TRACE_TABLE. If an object can say what its rows are made of, and the
 * sink wants no variables, only that is copied.
 *
 * The former row is rendered by putting the copy back for a moment: a row is a function of its own
 * object (lab.h), and what is put back is exactly what was there, so the run cannot notice.
 *
 * A sequence number is told with the base that it counts from. If the base itself changed in the
 * step (a connection that gets its ISS), the former value is moved along with it: relative to its
 * base it has not changed.
 *
 * The scratch is bounded. When it is full, all differences so far are told, the older half of the
 * objects is kept with new copies, and the younger half is forgotten: callers hold pointers to
 * objects that they edited early, not to those of a long loop.
 */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "sim/state.h"
#include "sim/trace.h"

enum { ROW_ROOM = 512 };

uint32_t row_key(enum pool_kind kind, struct id id) {
    return id.slot + (kind == POOL_SOCKET ? 0x01000000u : 0);
}

static bool is_watched(enum pool_kind pool) {
    const struct object_kind *kind = dispatch.kinds[pool];
    return kind != NULL && (kind->watch_count != 0 || kind->table != NO_TABLE);
}

static struct edited *find(struct scratch *w, enum pool_kind pool, struct id id) {
    for (uint32_t i = w->count; i-- > 0;)
        if (w->edited[i].id.slot == id.slot && w->edited[i].kind == pool &&
            w->edited[i].id.generation == id.generation)
            return &w->edited[i];
    return NULL;
}

/* --------------------------------------------------------------------------------- telling */

static uint64_t number_at(const uint8_t *object, uint32_t offset, uint32_t size) {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (size) {
    case 1: memcpy(&u8, object + offset, 1); return u8;
    case 2: memcpy(&u16, object + offset, 2); return u16;
    case 4: memcpy(&u32, object + offset, 4); return u32;
    default:
        assert(size == 8);
        memcpy(&u64, object + offset, 8);
        return u64;
    }
}

static uint32_t first_field(enum pool_kind pool) {
    uint32_t first = 0;
    for (uint32_t i = 0; i < pool; i++)
        if (dispatch.kinds[i] != NULL) first += dispatch.kinds[i]->watch_count;
    return first;
}

static void tell_field(struct step *s, const struct edited *e, uint32_t field,
                       const struct watch *watch, const uint8_t *before, const uint8_t *after) {
    uint64_t was = number_at(before, watch->offset, watch->size);
    uint64_t is = number_at(after, watch->offset, watch->size);
    uint32_t base = 0;
    if (watch->format == WATCH_SEQ) {
        base = (uint32_t)number_at(after, watch->base, 4);
        was = (uint32_t)(was - number_at(before, watch->base, 4) + base);
    }
    if (was == is) return;
    const struct object_kind *kind = dispatch.kinds[e->kind];
    struct trace_record r;
    record_begin(&r, TRACE_VARIABLE, kind->row_node == NULL ? 0 : kind->row_node(s->lab, e->id));
    r.object = e->id.slot;
    r.before = was;
    r.after = is;
    r.field = (uint16_t)field;
    r.seq_base = base;
    trace_emit(s, &r);
}

static void tell_fields(struct step *s, const struct edited *e, const uint8_t *before,
                        const uint8_t *after) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    if (!trace_wants(s, WANT_VARIABLES)) return;
    uint32_t first = first_field(e->kind);
    for (uint32_t i = 0; i < kind->watch_count; i++)
        tell_field(s, e, first + i, &kind->watches[i], before, after);
}

struct row {
    char text[ROW_ROOM];
    size_t length;
    bool is;
};

/* The rows of an object: its first one and `more`. */
struct rows {
    struct row of[1 + MORE_ROWS_MAX];
};

static struct object_row row_kind(const struct object_kind *kind, uint32_t i) {
    return i == 0 ? (struct object_row){kind->table, 0, kind->row} : kind->more[i - 1];
}

static void rows_now(const struct step *s, const struct edited *e, struct rows *rows) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    for (uint32_t i = 0; i <= kind->more_count; i++) {
        struct row *row = &rows->of[i];
        struct text t = text_of(row->text, sizeof row->text);
        t.memos = s->memos;
        row->is = row_kind(kind, i).row(s->lab, e->id, &t);
        row->length = text_length(&t);
        assert(!t.cut);
    }
}

static void no_rows(const struct edited *e, struct rows *rows) {
    for (uint32_t i = 0; i <= dispatch.kinds[e->kind]->more_count; i++) rows->of[i].is = false;
}

/* Of a row known by its key alone it is said that it reads differently: it is asked for when the
 * object's rows are made of something else now, or gone. */
static void rows_before(const struct step *s, const struct edited *e, uint8_t *object,
                        struct rows *rows) {
    uint8_t now[OBJECT_MAX];
    uint32_t size = dispatch.kinds[e->kind]->size;
    if (e->rows != ROWS_OF_MORE) {
        no_rows(e, rows);
        rows->of[0].is = e->rows == ROWS_FIRST;
        rows->of[0].length = SIZE_MAX;
        return;
    }
    memcpy(now, object, size);
    memcpy(object, s->scratch->images + e->image, size);
    rows_now(s, e, rows);
    memcpy(object, now, size);
}

static void tell_row(struct step *s, const struct edited *e, uint32_t i, const struct row *row) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    const struct object_row which = row_kind(kind, i);
    struct trace_record r;
    record_begin(&r, TRACE_TABLE, kind->row_node == NULL ? 0 : kind->row_node(s->lab, e->id));
    r.table = (uint16_t)which.table;
    r.object = row_key(e->kind, e->id) + which.key;
    if (row->is) {
        r.text = row->text;
        r.text_length = row->length;
    }
    trace_emit(s, &r);
}

static bool same_row(const struct row *a, const struct row *b) {
    return a->is == b->is &&
           (!a->is || (a->length == b->length && memcmp(a->text, b->text, a->length) == 0));
}

static void tell_rows(struct step *s, const struct edited *e, const struct rows *was,
                      const struct rows *is) {
    for (uint32_t i = 0; i <= dispatch.kinds[e->kind]->more_count; i++)
        if (!same_row(&was->of[i], &is->of[i])) tell_row(s, e, i, &is->of[i]);
}

static uint8_t *object_of(struct step *s, const struct edited *e) {
    return (uint8_t *)object_get(s->lab, e->kind, e->id);
}

static void tell_first_row(struct step *s, const struct edited *e) {
    struct row row;
    struct text t = text_of(row.text, sizeof row.text);
    t.memos = s->memos;
    row.is = dispatch.kinds[e->kind]->row(s->lab, e->id, &t);
    row.length = text_length(&t);
    assert(row.is && !t.cut);
    tell_row(s, e, 0, &row);
}

static enum rows_made rows_made(const struct object_kind *kind, const void *object,
                                struct rows_key *key) {
    *key = (struct rows_key){0};
    return kind->rows_key == NULL ? ROWS_OF_MORE : kind->rows_key(object, key);
}

static bool same_key(const struct rows_key *a, const struct rows_key *b) {
    bool same = true;
    for (size_t i = 0; i < sizeof a->word / sizeof a->word[0]; i++)
        same &= a->word[i] == b->word[i];
    return same;
}

static void tell_changed_rows(struct step *s, const struct edited *e, uint8_t *object) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    struct rows_key key;
    enum rows_made made = rows_made(kind, object, &key);
    if (made == e->rows && made == ROWS_FIRST) {
        if (!same_key(&key, &e->key)) tell_first_row(s, e);
        return;
    }
    bool same = made == e->rows && (made == ROWS_NONE ||
                                    memcmp(object, s->scratch->images + e->image, kind->size) == 0);
    if (same) return;
    struct rows was, is;
    rows_before(s, e, object, &was);
    rows_now(s, e, &is);
    tell_rows(s, e, &was, &is);
}

static void tell_differences(struct step *s, const struct edited *e) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    uint8_t *object = object_of(s, e);
    if (e->whole) tell_fields(s, e, s->scratch->images + e->image, object);
    if (kind->table != NO_TABLE && trace_wants(s, WANT_STORY)) tell_changed_rows(s, e, object);
}

/* ----------------------------------------------------------------------------- remembering */

static uint32_t image_room(enum pool_kind pool) {
    return (dispatch.kinds[pool]->size + 7) / 8 * 8;
}

/* The object's value before its first change in this step: what its rows are made of, and the whole
 * of it where that is not enough. */
static void keep(struct step *s, struct edited *e, const void *object) {
    const struct object_kind *kind = dispatch.kinds[e->kind];
    struct scratch *w = s->scratch;
    e->rows = rows_made(kind, object, &e->key);
    bool fields = kind->watch_count != 0 && trace_wants(s, WANT_VARIABLES);
    e->whole = e->rows == ROWS_OF_MORE || fields;
    if (!e->whole) return;
    e->image = w->image_used;
    memcpy(w->images + e->image, object, kind->size);
    w->image_used += image_room(e->kind);
}

static void renew_older_half(struct step *s) {
    struct scratch *w = s->scratch;
    uint32_t kept = w->count / 2;
    for (uint32_t i = 0; i < w->count; i++) tell_differences(s, &w->edited[i]);
    w->count = kept;
    w->image_used = 0;
    for (uint32_t i = 0; i < kept; i++) keep(s, &w->edited[i], object_of(s, &w->edited[i]));
}

static struct edited *remember(struct step *s, enum pool_kind pool, struct id id) {
    struct scratch *w = s->scratch;
    uint32_t room = image_room(pool);
    while (w->count == EDITED_MAX || w->image_used + room > IMAGE_ROOM) renew_older_half(s);
    struct edited *e = &w->edited[w->count++];
    e->kind = pool;
    e->id = id;
    return e;
}

void watch_edit(struct step *s, enum pool_kind pool, struct id id, const void *object) {
    if (!is_watched(pool) || find(s->scratch, pool, id) != NULL) return;
    keep(s, remember(s, pool, id), object);
}

void watch_created(struct step *s, enum pool_kind pool, struct id id) {
    if (!is_watched(pool)) return;
    struct scratch *w = s->scratch;
    struct edited *e = remember(s, pool, id);
    e->rows = ROWS_NONE;
    e->whole = true;
    e->image = w->image_used;
    memset(w->images + e->image, 0, dispatch.kinds[pool]->size);
    w->image_used += image_room(pool);
}

/* Its last changes are told, then its row is removed, if it had one before. */
void watch_destroyed(struct step *s, enum pool_kind pool, struct id id) {
    if (!is_watched(pool)) return;
    const struct object_kind *kind = dispatch.kinds[pool];
    watch_edit(s, pool, id, object_get(s->lab, pool, id));
    struct edited *e = find(s->scratch, pool, id);
    uint8_t *object = object_of(s, e);
    if (e->whole) tell_fields(s, e, s->scratch->images + e->image, object);
    if (kind->table != NO_TABLE && trace_wants(s, WANT_STORY)) {
        struct rows was, is;
        rows_before(s, e, object, &was);
        no_rows(e, &is);
        tell_rows(s, e, &was, &is);
    }
    *e = s->scratch->edited[--s->scratch->count];
}

void watch_flush(struct step *s) {
    struct scratch *w = s->scratch;
    for (uint32_t i = 0; i < w->count; i++) tell_differences(s, &w->edited[i]);
    w->count = w->image_used = 0;
}
