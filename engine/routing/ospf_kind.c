#include "routing/ospf_lsdb.h"
/* The kinds of OSPF's objects, of which nothing is shown by themselves. */
const struct object_kind ospf_area_kind = {.size = sizeof(struct ospf_area), .table = NO_TABLE};
const struct object_kind ospf_item_kind = {.size = sizeof(struct ospf_item), .table = NO_TABLE};
const struct object_kind ospf_block_kind = {.size = sizeof(struct ospf_block), .table = NO_TABLE};
