namespace Hortus.Fuzz;

/// <summary>Values that have broken servers before.</summary>
internal static class Interesting
{
    public static readonly string[] Texts =
    [
        "", " ", "a", "default", "fuzz", "..", ".", "/", "%2f", "a/b", "\0", "\n", "\u007f", "ü", "\ud83c\udf31", "\u2028", "-1", "0", "1",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e999", "NaN", "true", "null", "{}", "[]", "*", "%", "$",
        "1.5Gi", "-0", "1000000000000000000000000000000n", "2001-01-01T00:00:00Z", "0000-00-00T99:99:99Z", "10.0.0.0/8", "::/0", "300.1.2.3",
        "Foo_Bar", "kubernetes.io/x", "a=b", "a in (", "a notin (b,c)", "!a", "metadata.name=a", "spec.nodeName!=", "f:metadata", "k:{}",
        "example.com/v1", "v1", "apps/v1", "core.gardener.cloud/v1beta1", "self.size > 0", "self.all(x, x",
        "self.size / 0 == 1", "self.color.matches('[')", "size(self.any) > 0", "dyn(self).none == 1", "duration('1h') > duration('x')",
        "self.parts.map(p, p.name).join(',') != ''", "9223372036854775807 + self.size > 0", "has(self.none) ? self.none : true",
        "self.tags.all(t, t in ['a', 1])", "quantity('1x').isGreaterThan(quantity('1'))", "timestamp(self.when).getFullYear() > 1",
        "self.parts.exists_one(p, p.weight % 2.0 == 0.0)", "cidr('x').containsIP('1')", "(((((((((((", "[a-z", "(a+)+$",
        "Orphan", "Foreground", "All", "Strict", "Exact", "NotOlderThan", "Apply", "Update", "ClusterFirst", "Recreate", "NodePort",
    ];

    public static readonly string[] Json =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "1e400", "-0.0", "9223372036854775807", "9223372036854775808",
        "123456789012345678901234567890", "2147483648", "\"\"", "\"x\"", "[]", "{}", "[null]", "[[]]", "{\"\":null}", "[{}]", "[1,\"a\",{}]",
        "{\"a\":{\"b\":{\"c\":1}}}", "{\"$patch\":\"delete\"}", "{\"$patch\":\"replace\"}", "{\"$retainKeys\":[\"a\"]}",
        "{\"metadata\":null}", "{\"name\":null}", "\"2001-01-01T00:00:00Z\"", "\"100m\"", "\"50%\"",
    ];

    public static readonly string[] Keys =
    [
        "", "apiVersion", "kind", "metadata", "name", "namespace", "uid", "resourceVersion", "generation", "managedFields", "finalizers",
        "ownerReferences", "deletionTimestamp", "labels", "annotations", "spec", "status", "data", "items", "template", "selector", "$patch",
        "$deleteFromPrimitiveList/finalizers", "$setElementOrder/containers", "f:metadata", "key", "value", "op", "path", "from", "x-kubernetes-int-or-string",
        "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations", "rule", "properties", "type", "default", "pattern", "a.b", "a/b", "~", "\u0001",
    ];

    public static readonly string[] Paths =
    [
        "api", "apis", "v1", "apps", "namespaces", "default", "fuzz", "pods", "web", "status", "scale", "log", "exec", "portforward", "proxy", "binding",
        "eviction", "token", "watch", "configmaps", "settings", "secrets", "example.com", "gadgets", "one", "nodes", "services", "..", ".", "", "%2e%2e",
        "%2f", "%2F", "%00", "%ff", "%zz", "%", "a%2fb", "*", "a:b:c", "ü", "customresourcedefinitions", "approval", "finalize", "openapi", "v3", "readyz",
        "shoots", "core.gardener.cloud", "v1beta1", "adminkubeconfig", "healthz", "metrics", "version", "serviceaccounts", "attach", "ephemeralcontainers",
    ];

    public static readonly string[] Parameters =
    [
        "watch", "resourceVersion", "resourceVersionMatch", "limit", "continue", "labelSelector", "fieldSelector", "timeoutSeconds", "timeout",
        "allowWatchBookmarks", "sendInitialEvents", "dryRun", "fieldManager", "fieldValidation", "force", "pretty", "propagationPolicy",
        "gracePeriodSeconds", "orphanDependents", "verbose", "exclude", "hash", "tailLines", "container", "follow", "command", "stdout", "ports",
    ];

    public static readonly string[] MediaTypes =
    [
        "application/json", "application/yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
        "application/apply-patch+yaml", "application/apply-patch+cbor", "application/vnd.kubernetes.protobuf", "text/plain", "", "*/*", ";", "application/json; charset=utf-16",
        "application/json;as=Table;g=meta.k8s.io;v=v1", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        "application/json;as=Nonsense;g=x;v=y", "application/json;stream=watch", "multipart/form-data", "application/cbor", "image/png;q=0.0",
    ];

    public static readonly string[] Headers =
    [
        "Content-Type", "Accept", "Accept-Encoding", "Content-Encoding", "Impersonate-User", "Impersonate-Group", "Impersonate-Extra-scopes",
        "X-Remote-User", "X-Remote-Group", "If-None-Match", "Audit-Id", "Upgrade", "Connection", "Sec-WebSocket-Protocol", "Origin", "Expect", "User-Agent",
    ];

    public static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "X"];

    /// <summary>Pieces that mean something in JSON, YAML or protobuf.</summary>
    public static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "\n---\n", "\n...\n", "&a ", "*a", "<<: *a", "!!binary ", "!x ", "? ", "- ",
        "|\n  ", ">-\n", "\t", "#", "'", "%YAML 9.9\n", "\ufeff", "\"a\":1,\"a\":2,", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\u0000", "k8s\u0000", "\u0012\u007f",
    ];
}
