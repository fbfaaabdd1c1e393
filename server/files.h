#ifndef NETSTEP_SERVER_FILES_H
#define NETSTEP_SERVER_FILES_H
/*
 * The files that are compiled into the program: the page, the text catalogue, the schemas and the
 * API's description (embed.sh writes them as one assembler file). Nothing is read from disk, so
 * there is no path to traverse.
 */
#include <stdbool.h>
#include <stddef.h>

enum { FORM_PLAIN, FORM_GZIP, FORM_BROTLI, FORM_COUNT };
extern const char *const form_name[FORM_COUNT]; /* as in Content-Encoding; "identity" */

struct file {
    const char *path; /* "/index.html", "/api/text/en" */
    const char *type; /* Content-Type */
    const char *etag; /* a hash of the content, without quotes */
    struct file_form {
        const unsigned char *octets; /* NULL: this form does not exist */
        size_t length;
    } form[FORM_COUNT];
    bool immutable; /* its name carries its hash */
};
const struct file *file_find(const char *path); /* "/" is /index.html; NULL: none */
size_t file_count(void);
const struct file *file_at(size_t n);
bool file_add(
    const struct file *); /* one more, before the service starts; false: the table is full */

#endif
