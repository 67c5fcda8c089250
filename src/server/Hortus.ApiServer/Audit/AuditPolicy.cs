using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Audit;

/// <summary>How much is written of a request.</summary>
internal enum AuditLevel
{
    None,

    /// <summary>Who asked what and when, without bodies.</summary>
    Metadata,

    /// <summary>The body of the request too.</summary>
    Request,

    /// <summary>The bodies of request and answer too.</summary>
    RequestResponse,
}

/// <summary>What applies to one request.</summary>
/// <param name="Level">How much is written.</param>
/// <param name="OmitStages">Stages that are not written.</param>
/// <param name="OmitManagedFields">Whether managed fields are left out of bodies.</param>
internal sealed record AuditDecision(AuditLevel Level, IReadOnlyCollection<string> OmitStages, bool OmitManagedFields);

/// <summary>A policy of audit.k8s.io/v1: the first rule that matches a request decides.</summary>
internal sealed class AuditPolicy
{
    private static readonly string[] Stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];
    private static readonly AuditDecision Nothing = new(AuditLevel.None, [], false);
    private readonly IReadOnlyList<AuditRule> rules;

    private AuditPolicy(IReadOnlyList<AuditRule> rules) => this.rules = rules;

    /// <summary>Reads a policy file.</summary>
    /// <exception cref="IOException">It cannot be read or is no policy; the message says all that is wrong, in one line.</exception>
    public static AuditPolicy Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is YamlFormatException or UnauthorizedAccessException)
        {
            throw new IOException($"--audit-policy-file {path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a policy.</summary>
    /// <exception cref="IOException">It is no policy.</exception>
    public static AuditPolicy Parse(string yaml, string path)
    {
        var policy = KubernetesYaml.Parse(yaml);
        var errors = new List<string>();
        if (policy["apiVersion"]?.ToString() != "audit.k8s.io/v1" || policy["kind"]?.ToString() != "Policy")
        {
            errors.Add("want apiVersion audit.k8s.io/v1 and kind Policy, "
                + $"found {policy["apiVersion"]?.ToString() ?? "none"} and {policy["kind"]?.ToString() ?? "none"}");
        }

        if (policy["rules"] is not JsonArray { Count: > 0 } written)
        {
            errors.Add("rules: a policy without rules is not supported");
            written = [];
        }

        var omitStages = StagesOf(policy, "omitStages", errors);
        var omitManagedFields = policy["omitManagedFields"]?.ToString() == "true";
        var rules = written.Select((rule, i) => ReadRule(rule, $"rules[{i}]", omitStages, omitManagedFields, errors)).ToList();
        return errors.Count == 0
            ? new AuditPolicy(rules)
            : throw new IOException($"--audit-policy-file {path}: {string.Join("; ", errors)}");
    }

    /// <summary>What applies to a request.</summary>
    public AuditDecision Decide(UserInfo? user, RequestInfo request) =>
        rules.FirstOrDefault(r => r.Matches(user, request))?.Decision ?? Nothing;

    private static AuditRule ReadRule(
        JsonNode? node, string path, IReadOnlyList<string> omitStages, bool omitManagedFields, List<string> errors)
    {
        var rule = node as JsonObject ?? [];
        if (!Enum.TryParse<AuditLevel>(rule["level"]?.ToString(), out var level))
        {
            errors.Add($"{path}.level: Unsupported value: \"{rule["level"]}\": "
                + $"supported values: {string.Join(", ", Enum.GetNames<AuditLevel>().Select(n => $"\"{n}\""))}");
        }

        var paths = Texts(rule, "nonResourceURLs");
        var resources = (rule["resources"] as JsonArray ?? []).OfType<JsonObject>()
            .Select(r => new AuditResources(r["group"]?.ToString() ?? "", Texts(r, "resources"), Texts(r, "resourceNames")))
            .ToList();
        if (paths.Count > 0 && (resources.Count > 0 || rule["namespaces"] is not null))
        {
            errors.Add($"{path}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs");
        }

        errors.AddRange(paths.Where(p => p != "*" && !p.StartsWith('/'))
            .Select(p => $"{path}.nonResourceURLs: Invalid value: \"{p}\": must start with /"));
        errors.AddRange(paths.Where(p => p.IndexOf('*', StringComparison.Ordinal) is >= 0 and var at && at < p.Length - 1)
            .Select(p => $"{path}.nonResourceURLs: Invalid value: \"{p}\": only the last character may be *"));
        errors.AddRange(resources.Where(r => r.Names.Count > 0 && r.Resources.Count == 0)
            .Select(_ => $"{path}.resources: using resourceNames requires at least one resource"));
        var stages = StagesOf(rule, "omitStages", errors, path + ".");
        var decision = new AuditDecision(
            level,
            [.. omitStages.Union(stages)],
            rule["omitManagedFields"]?.ToString() is { } own ? own == "true" : omitManagedFields);
        return new AuditRule(decision)
        {
            Users = Texts(rule, "users"),
            Groups = Texts(rule, "userGroups"),
            Verbs = Texts(rule, "verbs"),
            Namespaces = Texts(rule, "namespaces"),
            Resources = resources,
            Paths = paths,
        };
    }

    private static IReadOnlyList<string> StagesOf(JsonObject node, string field, List<string> errors, string path = "")
    {
        var stages = Texts(node, field);
        errors.AddRange(stages.Except(Stages).Select(s =>
            $"{path}{field}: Unsupported value: \"{s}\": supported values: {string.Join(", ", Stages.Select(n => $"\"{n}\""))}"));
        return stages;
    }

    private static IReadOnlyList<string> Texts(JsonObject node, string field) =>
        [.. (node[field] as JsonArray ?? []).Select(n => n?.ToString() ?? "")];
}

/// <summary>Resources of one group.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resources">With subresource where one is meant (<c>pods/log</c>); <c>*</c> for all. Empty for all.</param>
/// <param name="Names">Empty for all.</param>
internal sealed record AuditResources(string Group, IReadOnlyList<string> Resources, IReadOnlyList<string> Names)
{
    public bool Matches(RequestInfo request) => Group == request.Group
        && (Resources.Count == 0
            || (Resources.Any(r => Matches(r, request)) && (Names.Count == 0 || Names.Contains(request.Name ?? ""))));

    private static bool Matches(string resource, RequestInfo request)
    {
        if (resource == "*")
        {
            return true;
        }

        var wanted = request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";
        return resource == wanted
            || (request.Subresource.Length > 0 && resource == $"*/{request.Subresource}")
            || resource == $"{request.Resource}/*";
    }
}

/// <summary>One rule; an empty list matches all.</summary>
internal sealed record AuditRule(AuditDecision Decision)
{
    public IReadOnlyList<string> Users { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>An empty name stands for what has no namespace.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<AuditResources> Resources { get; init; } = [];

    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool Matches(UserInfo? user, RequestInfo request)
    {
        if ((Users.Count > 0 && (user is null || !Users.Contains(user.Name)))
            || (Groups.Count > 0 && (user is null || !Groups.Any(user.Groups.Contains)))
            || (Verbs.Count > 0 && !Verbs.Contains(request.Verb)))
        {
            return false;
        }

        if (Namespaces.Count == 0 && Resources.Count == 0 && Paths.Count == 0)
        {
            return true;
        }

        return request.IsResource ? MatchesResource(request) : Paths.Any(p => MatchesPath(p, request.Path));
    }

    private bool MatchesResource(RequestInfo request) =>
        (Namespaces.Count > 0 || Resources.Count > 0)
        && (Namespaces.Count == 0 || Namespaces.Contains(request.Namespace ?? ""))
        && (Resources.Count == 0 || Resources.Any(r => r.Matches(request)));

    private static bool MatchesPath(string pattern, string path) => pattern == "*" || pattern == path
        || (pattern.EndsWith('*') && path.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal));
}
