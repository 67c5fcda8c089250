using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>The resources that are asked by POST and never stored.</summary>
internal static class ReviewResources
{
    private const string Authorization = "authorization.k8s.io";
    private const string Authentication = "authentication.k8s.io";

    private static readonly SchemaNode AnyObject = new()
    {
        Type = "object",
        Properties = new Dictionary<string, SchemaNode>
        {
            ["apiVersion"] = new() { Type = "string" },
            ["kind"] = new() { Type = "string" },
            ["metadata"] = new() { Type = "object", PreserveUnknownFields = true },
            ["spec"] = new() { Type = "object", PreserveUnknownFields = true },
            ["status"] = new() { Type = "object", PreserveUnknownFields = true },
        },
    };

    /// <summary>Schema of a Binding.</summary>
    public static SchemaNode BindingSchema() => new()
    {
        Type = "object",
        Properties = new Dictionary<string, SchemaNode>
        {
            ["apiVersion"] = new() { Type = "string" },
            ["kind"] = new() { Type = "string" },
            ["metadata"] = new() { Type = "object", PreserveUnknownFields = true },
            ["target"] = new() { Type = "object", PreserveUnknownFields = true },
        },
    };

    public static IEnumerable<ResourceDefinition> Create(
        IAuthorizer authorizer,
        RbacIndex index,
        bool allowsAll,
        IReadOnlyList<ITokenAuthenticator> tokens,
        IReadOnlyList<string> apiAudiences)
    {
        var subject = Kind(Authorization, "SubjectAccessReview");
        var local = Kind(Authorization, "LocalSubjectAccessReview") with { Namespaced = true };
        var self = Kind(Authorization, "SelfSubjectAccessReview");
        var rules = Kind(Authorization, "SelfSubjectRulesReview");
        var token = Kind(Authentication, "TokenReview");
        var whoAmI = Kind(Authentication, "SelfSubjectReview");
        yield return Define(subject, new AccessReview(subject, ReviewSubject.Named, authorizer));
        yield return Define(local, new AccessReview(local, ReviewSubject.NamedInNamespace, authorizer));
        yield return Define(self, new AccessReview(self, ReviewSubject.Self, authorizer));
        yield return Define(rules, new RulesReview(rules, index, allowsAll));
        yield return Define(token, new TokenReview(token, tokens, apiAudiences));
        yield return Define(whoAmI, new SelfReview(whoAmI));
    }

    private static ResourceKind Kind(string group, string kind) => new()
    {
        Group = group,
        Version = "v1",
        Kind = kind,
        Plural = kind.ToLowerInvariant() + "s",
        Namespaced = false,
    };

    /// <summary>A resource of which objects are made and none is kept.</summary>
    public static ResourceDefinition Define(ResourceKind kind, IVirtualResource answers) => new()
    {
        Kind = kind,
        Schema = static () => AnyObject,
        Verbs = ["create"],
        StoragePrefix = "",
        Virtual = answers,
    };
}
