#include "apps/file.h"
/*
 * Files, as far as a transfer of files needs them: made by the scenario or by whoever receives one,
 * read at any offset, written at the end, removed. Blocks know their neighbours both ways, so that
 * a reader who goes back by a window finds its place at once.
 *
 * Left out: directories, owners, times.
 */
#include "apps/apps.h"
#include "apps/process.h"
#include <assert.h>
#include <string.h>

const struct file *file_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_FILE, id);
}

static struct file *edit(struct step *s, struct id id) {
    struct file *file = object_edit(s, POOL_FILE, id);
    assert(file != NULL);
    return file;
}

static const struct file_block *block_get(const struct lab *lab, struct id id) {
    return object_get(lab, POOL_FILE_BLOCK, id);
}

/* ------------------------------------------------------------------------------------- names */

static const char *plain(const char *name) {
    while (*name == '/') name++;
    return name;
}

static size_t part_length(const char *at) {
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-";
    size_t length = 0;
    for (const char *l; at[length] != '\0'; length++) {
        for (l = letters; *l != '\0' && *l != at[length]; l++) continue;
        if (*l == '\0') break;
    }
    return length;
}

/* No part is empty, and none is one of the two that mean a directory. */
bool file_name_is_right(const char *name) {
    const char *at = plain(name);
    if (strlen(at) >= FILE_NAME_ROOM) return false;
    for (;; at++) {
        size_t length = part_length(at);
        bool dots = at[0] == '.' && (length == 1 || (length == 2 && at[1] == '.'));
        if (length == 0 || dots) return false;
        at += length;
        if (*at == '\0') return true;
        if (*at != '/') return false;
    }
}

struct id file_first(const struct lab *lab, uint32_t node) {
    return node_view_at(lab, node)->first_file;
}

struct id file_named(const struct lab *lab, uint32_t node, const char *name) {
    struct id id = file_first(lab, node);
    const struct file *f = file_get(lab, id);
    for (; f != NULL && !same_text(f->name, plain(name)); f = file_get(lab, id)) id = f->next;
    return id;
}

/* ------------------------------------------------------------------------------------- making */

static struct id *end_of_list(struct step *s, uint32_t node) {
    struct id *at = &node_at(s->lab, node)->first_file;
    while (id_is(*at)) at = &((struct file *)object_touch(s->lab, POOL_FILE, *at))->next;
    return at;
}

static struct id make(struct step *s, uint32_t node, const char *name, uint32_t mode) {
    struct id id = object_create(s, POOL_FILE, node);
    if (!id_is(id)) return id;
    *end_of_list(s, node) = id;
    struct file *file = edit(s, id);
    file->node = node;
    file->mode = mode;
    copy_text(file->name, sizeof file->name, plain(name));
    return id;
}

static void cut(struct step *s, struct id id) {
    struct file *file = edit(s, id);
    while (id_is(file->first)) {
        struct id gone = file->first;
        file->first = block_get(s->lab, gone)->next;
        object_destroy(s, POOL_FILE_BLOCK, gone);
    }
    file->last = (struct id){0, 0};
    file->size = 0;
    file->is_pattern = 0;
}

struct id file_open_to_write(struct step *s, uint32_t node, const char *name, uint32_t mode) {
    struct id id = file_named(s->lab, node, name);
    if (id_is(id))
        cut(s, id);
    else
        id = make(s, node, name, mode);
    return id;
}

void file_enter(struct step *s, struct id id, enum file_state state) {
    edit(s, id)->state = state;
}

void file_remove(struct step *s, struct id id) {
    struct file *file = edit(s, id);
    struct id *at = &node_at(s->lab, file->node)->first_file;
    cut(s, id);
    while (!id_same(*at, id)) at = &((struct file *)object_touch(s->lab, POOL_FILE, *at))->next;
    *at = file->next;
    object_destroy(s, POOL_FILE, id);
}

uint64_t file_room(const struct lab *lab) {
    uint32_t left = pool_capacity(lab, POOL_FILE_BLOCK) - pool_live(lab, POOL_FILE_BLOCK);
    return (uint64_t)left * FILE_BLOCK_OCTETS;
}

/* ------------------------------------------------------------------------------------- octets */

static struct file_block *grow(struct step *s, struct file *file) {
    struct id id = object_create(s, POOL_FILE_BLOCK, file->node);
    if (!id_is(id)) return NULL;
    struct file_block *last = object_touch(s->lab, POOL_FILE_BLOCK, file->last);
    struct file_block *block = object_touch(s->lab, POOL_FILE_BLOCK, id);
    block->previous = file->last;
    *(last == NULL ? &file->first : &last->next) = id;
    file->last = id;
    return block;
}

bool file_append(struct step *s, struct id id, const uint8_t *octets, size_t count) {
    struct file *file = edit(s, id);
    struct file_block *block = object_touch(s->lab, POOL_FILE_BLOCK, file->last);
    assert(file->is_pattern == 0);
    while (count > 0) {
        if (block == NULL || block->count == FILE_BLOCK_OCTETS) block = grow(s, file);
        if (block == NULL) return false;
        size_t room = FILE_BLOCK_OCTETS - block->count, n = count < room ? count : room;
        memcpy(block->octets + block->count, octets, n);
        block->count += (uint32_t)n;
        file->size += n;
        octets += n;
        count -= n;
    }
    return true;
}

/* The block that holds `offset`, from where the reader was, or from the beginning. */
static const struct file_block *seek(const struct lab *lab, const struct file *file,
                                     struct file_place *place, uint64_t offset) {
    const struct file_block *block = block_get(lab, place->block);
    if (block == NULL) {
        *place = (struct file_place){file->first, 0};
        block = block_get(lab, file->first);
    }
    while (offset < place->at) {
        place->block = block->previous;
        place->at -= FILE_BLOCK_OCTETS;
        block = block_get(lab, place->block);
    }
    while (offset >= place->at + FILE_BLOCK_OCTETS) {
        place->block = block->next;
        place->at += FILE_BLOCK_OCTETS;
        block = block_get(lab, place->block);
    }
    return block;
}

size_t file_read(const struct lab *lab, struct id id, struct file_place *place, uint64_t offset,
                 uint8_t *out, size_t room) {
    const struct file *file = file_get(lab, id);
    if (file == NULL || offset >= file->size) return 0;
    size_t count = room < file->size - offset ? room : (size_t)(file->size - offset);
    if (file->is_pattern != 0) {
        pattern_fill(out, offset, count);
        return count;
    }
    for (size_t done = 0; done < count;) {
        const struct file_block *block = seek(lab, file, place, offset + done);
        size_t skip = (size_t)(offset + done - place->at);
        size_t n = block->count - skip < count - done ? block->count - skip : count - done;
        memcpy(out + done, block->octets + skip, n);
        done += n;
    }
    return count;
}

/* ------------------------------------------------------------------------- of the scenario */

static bool refuse(struct complaint *why, size_t index, const char *member, const char *problem) {
    struct text place = text_of(why->place, sizeof why->place);
    struct text said = text_of(why->problem, sizeof why->problem);
    text_add(&place, "files[");
    text_u64(&place, index);
    text_add(&place, "].");
    text_add(&place, member);
    text_add(&said, problem);
    return false;
}

bool files_begin(struct step *s, uint32_t node, const struct scenario_node *from,
                 struct complaint *why) {
    for (size_t i = 0; i < from->file_count; i++) {
        const struct scenario_content *content = &from->files[i];
        if (content->name == NULL || !file_name_is_right(content->name))
            return refuse(why, i, "name",
                          "is no file's name; use up to 63 letters, digits and _ . + -, and / "
                          "between parts");
        if (id_is(file_named(s->lab, node, content->name)))
            return refuse(why, i, "name", "is there twice; give each file its own name");
        if (content->size > FILE_SIZE_MOST)
            return refuse(why, i, "size", "is more than 1 GiB; make it smaller");
        struct id id =
            make(s, node, content->name, content->mode == 0 ? FILE_MODE_USUAL : content->mode);
        assert(id_is(id)); /* the pool was planned with these */
        if (content->octets == NULL) {
            edit(s, id)->size = content->size;
            edit(s, id)->is_pattern = 1;
        } else if (!file_append(s, id, content->octets, (size_t)content->size)) {
            return refuse(why, i, "name", "does not fit; raise limits.file_octets");
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ as data */

void text_file_mode(struct text *t, uint32_t mode) {
    static const char letters[] = "rwxrwxrwx";
    text_char(t, '-');
    for (uint32_t bit = 0; bit < 9; bit++) text_char(t, mode >> (8 - bit) & 1 ? letters[bit] : '-');
}

static bool row(const struct lab *lab, struct id id, struct text *t) {
    static const char *const states[] = {
        [FILE_READY] = "ready", [FILE_ARRIVING] = "arriving", [FILE_BROKEN_OFF] = "broken off"};
    const struct file *file = file_get(lab, id);
    text_add(t, "[\"");
    text_add(t, file->name);
    text_add(t, "\",\"");
    text_u64(t, file->size);
    text_add(t, "\",\"");
    text_file_mode(t, file->mode);
    text_add(t, "\",\"");
    text_add(t, states[file->state]);
    text_add(t, "\"]");
    return true;
}

static uint32_t row_node(const struct lab *lab, struct id id) {
    return file_get(lab, id)->node;
}

const struct object_kind file_kind = {
    .size = sizeof(struct file), .table = TABLE_FILES, .row = row, .row_node = row_node};
const struct object_kind file_block_kind = {.size = sizeof(struct file_block), .table = NO_TABLE};
