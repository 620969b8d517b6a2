/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * avro-plan.c: owns a schema compiled for coding. Avro 1.11, "Schema Declaration".
 */
#include "avro-plan.h"

#include "avro-buffer.h"

#include <jansson.h>
#include <string.h>

#define DEPTH_MAX 16
#define NODES_MAX 4096
#define FIXED_BYTES_MAX (1024 * 1024)

struct KbntAvroPlan {
    KbntAvroNode *root;
    GPtrArray *nodes;
};

/* A schema while it is compiled. types: full name -> its definition, borrowed from the JSON. */
typedef struct {
    KbntAvroPlan *plan;
    GHashTable *types;
    guint depth;
} Compiler;

static KbntAvroNode *compile(Compiler *compiler, json_t *json, const char *namespace,
                             GError **error);

/* Returns: NULL, for those who return a node. */
static gpointer
refuse(GError **error, const char *name, const char *why)
{
    g_set_error(error, KBNT_ERROR, KBNT_ERROR_SCHEMA_UNKNOWN,
                "the schema cannot be used: '%s' %s", name, why);
    return NULL;
}

static void
member_clear(KbntAvroMember *member)
{
    g_free(member->name);
    g_clear_pointer(&member->absence, g_bytes_unref);
}

static void
node_free(gpointer data)
{
    KbntAvroNode *node = data;

    if (node->members) {
        for (guint i = 0; i < node->n_parts; i++)
            member_clear(&node->members[i]);
    }
    g_free(node->members);
    g_free(node->branches);
    g_strfreev(node->symbols);
    g_clear_pointer(&node->absent, g_ptr_array_unref);
    g_free(node->name);
    g_free(node);
}

static KbntAvroNode *
add_node(Compiler *compiler, KbntAvroKind kind, GError **error)
{
    KbntAvroNode *node;

    if (compiler->plan->nodes->len == NODES_MAX)
        return refuse(error, "schema", "has more than " G_STRINGIFY(NODES_MAX) " types");
    node = g_new0(KbntAvroNode, 1);
    node->kind = kind;
    g_ptr_array_add(compiler->plan->nodes, node);
    return node;
}

static const char *
short_name(const char *full_name)
{
    const char *dot = strrchr(full_name, '.');

    return dot ? dot + 1 : full_name;
}

/* Returns: (transfer full): the name with its namespace, in which a reference finds it. */
static char *
full_name(const char *name, const char *namespace)
{
    if (strchr(name, '.') || !namespace || !*namespace)
        return g_strdup(name);
    return g_strconcat(namespace, ".", name, NULL);
}

static const char *
get_string(json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static KbntAvroKind
primitive_kind(const char *name)
{
    static const char *const names[] = {
        [KBNT_AVRO_NULL] = "null",   [KBNT_AVRO_BOOLEAN] = "boolean",
        [KBNT_AVRO_INT] = "int",     [KBNT_AVRO_LONG] = "long",
        [KBNT_AVRO_FLOAT] = "float", [KBNT_AVRO_DOUBLE] = "double",
        [KBNT_AVRO_BYTES] = "bytes", [KBNT_AVRO_STRING] = "string",
    };

    for (guint kind = KBNT_AVRO_NULL; kind < G_N_ELEMENTS(names); kind++) {
        if (g_str_equal(names[kind], name))
            return kind;
    }
    return 0;
}

static KbntAvroNode *
compile_name(Compiler *compiler, const char *name, const char *namespace, GError **error)
{
    KbntAvroKind kind = primitive_kind(name);
    g_autofree char *full = NULL;
    json_t *definition;

    if (kind)
        return add_node(compiler, kind, error);
    full = full_name(name, namespace);
    definition = g_hash_table_lookup(compiler->types, full);
    if (!definition)
        return refuse(error, name, "is not the name of a type");
    return compile(compiler, definition, namespace, error);
}

static gboolean
put_default(KbntAvroBuffer *buffer, const KbntAvroNode *node, json_t *json)
{
    switch (node->kind) {
    case KBNT_AVRO_NULL:
        return json_is_null(json);
    case KBNT_AVRO_BOOLEAN:
        kbnt_avro_put_boolean(buffer, json_is_true(json));
        return json_is_boolean(json);
    case KBNT_AVRO_INT:
    case KBNT_AVRO_LONG:
        kbnt_avro_put_long(buffer, json_integer_value(json));
        return json_is_integer(json);
    case KBNT_AVRO_DOUBLE:
        kbnt_avro_put_double(buffer, json_number_value(json));
        return json_is_number(json);
    case KBNT_AVRO_STRING:
        kbnt_avro_put_string(buffer, json_is_string(json) ? json_string_value(json) : "");
        return json_is_string(json);
    case KBNT_AVRO_ARRAY:
    case KBNT_AVRO_MAP:
        kbnt_avro_put_long(buffer, 0);
        return json_is_array(json) ? json_array_size(json) == 0 : json_object_size(json) == 0;
    case KBNT_AVRO_UNION:
        kbnt_avro_put_long(buffer, 0);
        return node->n_parts > 0 && put_default(buffer, node->branches[0], json);
    case KBNT_AVRO_FLOAT:
    case KBNT_AVRO_BYTES:
    case KBNT_AVRO_ENUM:
    case KBNT_AVRO_FIXED:
    case KBNT_AVRO_RECORD:
        return FALSE;
    }
    g_assert_not_reached();
}

/* A default that cannot be encoded is left out: it only matters in our schemas, which a test
 * looks over, and a writer's own defaults are never used. */
static GBytes *
encode_default(const KbntAvroNode *node, json_t *json)
{
    g_auto(KbntAvroBuffer) buffer = { 0 };

    if (!json || !put_default(&buffer, node, json))
        return NULL;
    return kbnt_avro_buffer_steal(&buffer);
}

/* The part of a union that holds what is not null; any other type is its own. */
static const KbntAvroNode *
content(const KbntAvroNode *node)
{
    if (node->kind != KBNT_AVRO_UNION)
        return node;
    for (guint i = 0; i < node->n_parts; i++) {
        if (node->branches[i]->kind != KBNT_AVRO_NULL)
            return node->branches[i];
    }
    return node;
}

static gboolean
holds(const KbntAvroNode *node, KbntType type)
{
    const KbntAvroNode *inner = content(node);
    gboolean is_text = inner->kind == KBNT_AVRO_STRING || inner->kind == KBNT_AVRO_ENUM;
    gboolean is_whole = inner->kind == KBNT_AVRO_INT || inner->kind == KBNT_AVRO_LONG;

    switch (type) {
    case KBNT_TYPE_BOOL:
        return inner->kind == KBNT_AVRO_BOOLEAN;
    case KBNT_TYPE_INT:
    case KBNT_TYPE_TIME:
        return is_whole;
    case KBNT_TYPE_NUMBER:
        return is_whole || inner->kind == KBNT_AVRO_DOUBLE || inner->kind == KBNT_AVRO_FLOAT;
    case KBNT_TYPE_VALUE:
        return inner->kind == KBNT_AVRO_RECORD;
    case KBNT_TYPE_STRINGS:
    case KBNT_TYPE_SECRETS:
        return inner->kind == KBNT_AVRO_ARRAY && inner->items->kind == KBNT_AVRO_STRING;
    case KBNT_TYPE_VALUES:
        return inner->kind == KBNT_AVRO_ARRAY && inner->items->kind == KBNT_AVRO_RECORD;
    case KBNT_TYPE_NONE:
    case KBNT_TYPE_BYTES:
        return FALSE;
    default:
        return is_text;
    }
}

/* All branches of a union must be read in one way: null and one type, or null and records. */
static gboolean
is_uniform(const KbntAvroNode *node)
{
    const KbntAvroNode *inner = content(node);

    if (node->kind != KBNT_AVRO_UNION)
        return TRUE;
    for (guint i = 0; i < node->n_parts; i++) {
        const KbntAvroNode *branch = node->branches[i];

        if (branch != inner && branch->kind != KBNT_AVRO_NULL &&
            (branch->kind != KBNT_AVRO_RECORD || inner->kind != KBNT_AVRO_RECORD))
            return FALSE;
    }
    return TRUE;
}

static gboolean
assign_role(const char *record, KbntAvroMember *member, GError **error)
{
    member->role = kbnt_avro_map(record, member->name, &member->field);
    member->type = kbnt_field_type(member->field);
    if (member->role == KBNT_AVRO_CONSTANT)
        return TRUE;
    if (member->role == KBNT_AVRO_FLAT) {
        return member->node->kind == KBNT_AVRO_RECORD ||
               refuse(error, member->name, "is not a record");
    }
    if (member->role == KBNT_AVRO_CHECKSUM) {
        return member->node->kind == KBNT_AVRO_STRING ||
               refuse(error, member->name, "is not a string");
    }
    return (holds(member->node, member->type) && is_uniform(member->node)) ||
           refuse(error, member->name, "is of another type than ours");
}

static gboolean
compile_member(Compiler *compiler, const char *record, KbntAvroMember *member, json_t *json,
               const char *namespace, GError **error)
{
    const char *name = get_string(json, "name");

    if (!name)
        return refuse(error, record, "has a field without name") != NULL;
    member->name = g_strdup(name);
    member->node = compile(compiler, json_object_get(json, "type"), namespace, error);
    if (!member->node)
        return FALSE;
    member->absence = encode_default(member->node, json_object_get(json, "default"));
    return assign_role(record, member, error);
}

static KbntAvroNode *
compile_record(Compiler *compiler, json_t *json, const char *namespace, GError **error)
{
    KbntAvroNode *node = add_node(compiler, KBNT_AVRO_RECORD, error);
    json_t *fields = json_object_get(json, "fields");

    if (!node)
        return NULL;
    node->name = g_strdup(short_name(get_string(json, "name")));
    if (!json_is_array(fields))
        return refuse(error, node->name, "has no fields");

    node->n_parts = (guint)json_array_size(fields);
    node->members = g_new0(KbntAvroMember, node->n_parts + 1);
    for (guint i = 0; i < node->n_parts; i++) {
        if (!compile_member(compiler, node->name, &node->members[i], json_array_get(fields, i),
                            namespace, error))
            return NULL;
    }
    return node;
}

static KbntAvroNode *
compile_enum(Compiler *compiler, json_t *json, GError **error)
{
    KbntAvroNode *node = add_node(compiler, KBNT_AVRO_ENUM, error);
    json_t *symbols = json_object_get(json, "symbols");

    if (!node)
        return NULL;
    node->name = g_strdup(short_name(get_string(json, "name")));
    node->symbols = g_new0(char *, json_array_size(symbols) + 1);
    for (gsize i = 0; i < json_array_size(symbols); i++) {
        const char *symbol = json_string_value(json_array_get(symbols, i));

        if (!symbol)
            return refuse(error, node->name, "has a symbol that is not a string");
        node->symbols[i] = g_strdup(symbol);
    }
    return node;
}

static KbntAvroNode *
compile_fixed(Compiler *compiler, json_t *json, GError **error)
{
    KbntAvroNode *node = add_node(compiler, KBNT_AVRO_FIXED, error);
    json_int_t size_bytes = json_integer_value(json_object_get(json, "size"));

    if (!node)
        return NULL;
    node->name = g_strdup(short_name(get_string(json, "name")));
    if (size_bytes < 0 || size_bytes > FIXED_BYTES_MAX)
        return refuse(error, node->name, "has no sensible size");
    node->size_bytes = (gsize)size_bytes;
    return node;
}

static KbntAvroNode *
compile_named(Compiler *compiler, const char *type, json_t *json, const char *namespace,
              GError **error)
{
    const char *own_namespace = get_string(json, "namespace");
    const char *name = get_string(json, "name");

    if (!name)
        return refuse(error, type, "stands where a name is missing");
    namespace = own_namespace ? own_namespace : namespace;
    g_hash_table_replace(compiler->types, full_name(name, namespace), json);

    if (g_str_equal(type, "enum"))
        return compile_enum(compiler, json, error);
    if (g_str_equal(type, "fixed"))
        return compile_fixed(compiler, json, error);
    return compile_record(compiler, json, namespace, error);
}

static KbntAvroNode *
compile_items(Compiler *compiler, const char *type, json_t *json, const char *namespace,
              GError **error)
{
    gboolean is_array = g_str_equal(type, "array");
    KbntAvroNode *node = add_node(compiler, is_array ? KBNT_AVRO_ARRAY : KBNT_AVRO_MAP, error);

    if (!node)
        return NULL;
    node->items = compile(compiler, json_object_get(json, is_array ? "items" : "values"),
                          namespace, error);
    return node->items ? node : NULL;
}

static KbntAvroNode *
compile_union(Compiler *compiler, json_t *json, const char *namespace, GError **error)
{
    KbntAvroNode *node = add_node(compiler, KBNT_AVRO_UNION, error);

    if (!node)
        return NULL;
    node->n_parts = (guint)json_array_size(json);
    node->branches = g_new0(KbntAvroNode *, node->n_parts + 1);
    for (guint i = 0; i < node->n_parts; i++) {
        node->branches[i] = compile(compiler, json_array_get(json, i), namespace, error);
        if (!node->branches[i])
            return NULL;
    }
    return node;
}

static KbntAvroNode *
compile_object(Compiler *compiler, json_t *json, const char *namespace, GError **error)
{
    static const char *const named[] = { "record", "enum", "fixed", "error", NULL };
    static const char *const collections[] = { "array", "map", NULL };
    const char *type = get_string(json, "type");

    if (!type)
        return refuse(error, "type", "is neither a name nor a union");
    if (g_strv_contains(named, type))
        return compile_named(compiler, type, json, namespace, error);
    if (g_strv_contains(collections, type))
        return compile_items(compiler, type, json, namespace, error);
    return compile_name(compiler, type, namespace, error);
}

/* A reference is compiled again where it stands, so that a type that contains itself ends at
 * the depth limit and one that doubles at every level at the limit of nodes. */
static KbntAvroNode *
compile(Compiler *compiler, json_t *json, const char *namespace, GError **error)
{
    KbntAvroNode *node;

    if (compiler->depth == DEPTH_MAX)
        return refuse(error, "schema", "nests deeper than " G_STRINGIFY(DEPTH_MAX) " levels");
    compiler->depth++;
    if (json_is_string(json))
        node = compile_name(compiler, json_string_value(json), namespace, error);
    else if (json_is_array(json))
        node = compile_union(compiler, json, namespace, error);
    else
        node = compile_object(compiler, json, namespace, error);
    compiler->depth--;
    return node;
}

static gboolean
compile_root(KbntAvroPlan *plan, json_t *json, GError **error)
{
    g_autoptr(GHashTable) types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Compiler compiler = { .plan = plan, .types = types };

    plan->root = compile(&compiler, json, NULL, error);
    if (!plan->root)
        return FALSE;
    if (plan->root->kind != KBNT_AVRO_RECORD)
        return refuse(error, "schema", "is not a record") != NULL;
    return TRUE;
}

KbntAvroPlan *
kbnt_avro_plan_new(const char *text, gsize length, GError **error)
{
    g_autoptr(KbntAvroPlan) plan = g_new0(KbntAvroPlan, 1);
    json_error_t json_error;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
    gboolean is_compiled;

    if (!json)
        return refuse(error, json_error.text, "says the JSON parser");
    plan->nodes = g_ptr_array_new_with_free_func(node_free);
    is_compiled = compile_root(plan, json, error);
    json_decref(json);
    return is_compiled ? g_steal_pointer(&plan) : NULL;
}

void
kbnt_avro_plan_free(KbntAvroPlan *plan)
{
    if (!plan)
        return;
    g_clear_pointer(&plan->nodes, g_ptr_array_unref);
    g_free(plan);
}

KbntAvroNode *
kbnt_avro_plan_root(const KbntAvroPlan *plan)
{
    return plan->root;
}

void
kbnt_avro_plan_set_default(KbntAvroPlan *plan, const char *name, const char *text)
{
    for (guint i = 0; i < plan->root->n_parts; i++) {
        KbntAvroMember *member = &plan->root->members[i];
        g_auto(KbntAvroBuffer) buffer = { 0 };

        if (!g_str_equal(member->name, name))
            continue;
        g_assert(member->node->kind == KBNT_AVRO_STRING);
        kbnt_avro_put_string(&buffer, text);
        g_clear_pointer(&member->absence, g_bytes_unref);
        member->absence = kbnt_avro_buffer_steal(&buffer);
    }
}
