using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>The library behind the variable <c>authorizer</c>: what is asked grows step by step until
/// <c>check</c>.</summary>
internal sealed record CelAccess
{
    private const string Prefix = "kubernetes.authorization.";

    private static readonly UserInfo Nobody = new("", []);

    /// <summary>What this step is, in the names of Kubernetes.</summary>
    public string TypeName { get; private init; } = Prefix + "Authorizer";

    /// <summary>Answers given so far; asking for another one interrupts the evaluation.</summary>
    public IReadOnlyDictionary<AccessQuestion, AuthorizationDecision> Known { get; init; } =
        new Dictionary<AccessQuestion, AuthorizationDecision>();

    /// <summary>Whose rights are asked for.</summary>
    public UserInfo User { get; init; } = Nobody;

    /// <summary>The resource of the request, for <c>authorizer.requestResource</c>.</summary>
    public RequestInfo Request { get; init; } = new() { Path = "", Verb = "" };

    /// <summary>The answer, once there is one.</summary>
    private AuthorizationDecision Decision { get; init; }

    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        Step("Authorizer.path(string) PathCheck", (a, text) => a with
        {
            Request = new RequestInfo { Path = text, Verb = "" },
        }),
        Step("Authorizer.group(string) GroupCheck", (a, text) => a with
        {
            Request = new RequestInfo { Path = "", Verb = "", IsResource = true, Group = text, Version = "*" },
        }),
        CelOverload.Of("Authorizer.serviceAccount(string, string) Authorizer", a => ((CelAccess)a[0]!) with
        {
            User = new UserInfo(
                $"system:serviceaccount:{a[1]}:{a[2]}",
                ["system:serviceaccounts", $"system:serviceaccounts:{a[1]}", "system:authenticated"]),
        }),
        Step("GroupCheck.resource(string) ResourceCheck", (a, text) => a with
        {
            Request = a.Request with { Resource = text },
        }),
        Step("ResourceCheck.subresource(string) ResourceCheck", (a, text) => a with
        {
            Request = a.Request with { Subresource = text },
        }),
        Step("ResourceCheck.namespace(string) ResourceCheck", (a, text) => a with
        {
            Request = a.Request with { Namespace = text.Length == 0 ? null : text },
        }),
        Step("ResourceCheck.name(string) ResourceCheck", (a, text) => a with
        {
            Request = a.Request with { Name = text.Length == 0 ? null : text },
        }),
        Step("ResourceCheck.check(string) Decision", (a, verb) => a.Check(verb)),
        Step("PathCheck.check(string) Decision", (a, verb) => a.Check(verb)),
        CelOverload.Of("Decision.allowed() bool", a => Of(a).Decision.Verdict == AuthorizationVerdict.Allow),
        CelOverload.Of("Decision.reason() string", a => Of(a).Decision.Reason ?? ""),
        CelOverload.Of("Decision.errored() bool", _ => false),
        CelOverload.Of("Decision.error() string", _ => ""),
    ];

    /// <summary>The step at which a check of the request's own resource begins.</summary>
    public CelAccess ForRequest() => this with { TypeName = Prefix + "ResourceCheck" };

    private static CelAccess Of(object?[] arguments) => (CelAccess)arguments[0]!;

    private static CelOverload Step(string signature, Func<CelAccess, string, CelAccess> step)
    {
        var type = Prefix + signature[(signature.LastIndexOf(' ') + 1)..];
        return CelOverload.Of(signature, a => step((CelAccess)a[0]!, (string)a[1]!) with { TypeName = type });
    }

    private CelAccess Check(string verb)
    {
        var question = new AccessQuestion(User.Name, Request with { Verb = verb });
        return Known.TryGetValue(question, out var decision)
            ? this with { Decision = decision }
            : throw new CelInterruption(question, User);
    }
}

/// <summary>What is asked of the authorizers.</summary>
internal sealed record AccessQuestion(string User, RequestInfo Request);

/// <summary>Evaluation cannot go on before an authorizer has answered: ask, then evaluate again.</summary>
internal sealed class CelInterruption(AccessQuestion question, UserInfo user) : Exception
{
    public AccessQuestion Question => question;

    public UserInfo User => user;
}
