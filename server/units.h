#ifndef NETSTEP_SERVER_UNITS_H
#define NETSTEP_SERVER_UNITS_H
/*
 * Quantities as people write them in scenarios and on the command line. Integer arithmetic only;
 * a whole string or nothing; false leaves the output untouched.
 */
#include <stdbool.h>
#include <stdint.h>

bool read_duration(const char *,
                   int64_t *ns);             /* "10ms", "1.5s", "2us", "30ns", "1min", "1h", "0" */
bool read_rate(const char *, uint64_t *bps); /* "10Mbit", "1.5Gbit", "64kbit", "9600bit" */
bool read_chance(const char *, uint32_t *ppm);      /* "10%", "0.5%", "1/3"; at most 1000000 */
bool read_address(const char *, uint32_t *address); /* "10.0.0.1" */
bool read_cidr(const char *, uint32_t *address, uint32_t *prefix); /* "10.0.0.1/24" */
bool read_mac(const char *, uint8_t mac[6]);                       /* "02:00:00:00:00:01" */
bool read_u64(const char *, uint64_t *);                           /* decimal */

#endif
