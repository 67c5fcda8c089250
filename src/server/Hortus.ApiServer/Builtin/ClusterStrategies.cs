using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Pki;

namespace Hortus.ApiServer.Builtin;

/// <summary>Namespaces: stay until their finalizers in spec are gone, which the namespace controller sees to.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    /// <summary>Replaces spec.finalizers; see <c>namespaces/finalize</c>.</summary>
    public static JsonObject MergeFinalizers(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        merged.Ensure("spec")["finalizers"] = ObjectTree.List(submitted.TextList("spec", "finalizers"));
        return merged;
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        var finalizers = created.TextList("spec", "finalizers");
        created.Ensure("spec")["finalizers"] =
            ObjectTree.List(finalizers.Contains("kubernetes") ? finalizers : [.. finalizers, "kubernetes"]);
        created["status"] = new JsonObject { ["phase"] = "Active" };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource != "finalize")
        {
            updated.Remove("spec");
            if (old["spec"] is { } spec)
            {
                updated["spec"] = spec.DeepClone();
            }
        }

        if (updated.IsBeingDeleted)
        {
            updated.Ensure("status")["phase"] = "Terminating";
        }
    }

    /// <inheritdoc/>
    public override void PrepareForDeletion(JsonObject marked)
    {
        marked.Ensure("status")["phase"] = "Terminating";

        // Namespaces end when they are empty, after no particular time.
        marked.Map("metadata")?.Remove("deletionGracePeriodSeconds");
    }

    /// <inheritdoc/>
    public override bool HasOtherFinalizers(JsonObject deleted) => deleted.TextList("spec", "finalizers").Count > 0;

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        if (value.Name.Length > 0)
        {
            value.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = value.Name;
        }
    }
}

/// <summary>Certificate requests: who asks is noted by the server; the request itself never changes.</summary>
internal sealed class CertificateRequestStrategy : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];
    private const long ShortestSeconds = 600;

    private static readonly string[] Verdicts = ["Approved", "Denied"];

    /// <summary>Takes over conditions alone; see <c>certificatesigningrequests/approval</c>.</summary>
    public static JsonObject MergeApproval(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        merged.Ensure("status")["conditions"] = submitted.At("status", "conditions")?.DeepClone() ?? new JsonArray();
        return merged;
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        var spec = created.Ensure("spec");
        spec["username"] = context.User.Name;
        spec["groups"] = ObjectTree.List(context.User.Groups);
        spec.Remove("uid");
        spec.Remove("extra");
        if (context.User.Uid.Length > 0)
        {
            spec["uid"] = context.User.Uid;
        }

        if (context.User.Extra.Count > 0)
        {
            spec["extra"] = new JsonObject(
                context.User.Extra.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)ObjectTree.List(e.Value))));
        }

        created["status"] = new JsonObject();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        updated["spec"] = old["spec"]?.DeepClone();
        if (context.Subresource == "status")
        {
            KeepVerdicts(updated, old);
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(created.Text("spec", "request")))
        {
            errors.Required(Spec["request"]);
        }
        else if (FaultOf(created.Text("spec", "request")!) is { } fault)
        {
            errors.Invalid(Spec["request"], created.Text("spec", "request"), fault);
        }

        if (created.Number("spec", "expirationSeconds") is < ShortestSeconds and var seconds)
        {
            errors.Invalid(Spec["expirationSeconds"], seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        }

        var signer = created.Text("spec", "signerName") ?? "";
        if (signer.Length == 0)
        {
            errors.Required(Spec["signerName"]);
        }
        else if (!signer.Contains('/', StringComparison.Ordinal))
        {
            errors.Invalid(Spec["signerName"], signer,
                "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        }

        if (created.TextList("spec", "usages").Count == 0)
        {
            errors.Required(Spec["usages"], "usages is required");
        }

        ValidateConditions(created, errors);
    }

    private static void ValidateConditions(JsonObject request, FieldErrors errors)
    {
        var types = request.Items("status", "conditions").Select(c => c.Text("type")).ToList();
        if (types.Contains("Approved") && types.Contains("Denied"))
        {
            errors.Invalid(FieldPath.Root["status"]["conditions"], "Denied",
                "Approved and Denied conditions are mutually exclusive");
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        ValidateConditions(updated, errors);
        var kept = updated.Items("status", "conditions").Select(c => c.Text("type")).ToHashSet();
        foreach (var type in old.Items("status", "conditions").Select(c => c.Text("type")))
        {
            if (type is "Approved" or "Denied" or "Failed" && !kept.Contains(type))
            {
                errors.Forbidden(FieldPath.Root["status"]["conditions"],
                    $"updates may not remove a condition of type \"{type}\"");
            }
        }

        if (old.Text("status", "certificate") is { Length: > 0 } issued && updated.Text("status", "certificate") != issued)
        {
            errors.Forbidden(FieldPath.Root["status"]["certificate"], "updates may not change a certificate that was issued");
        }
    }

    private static string? FaultOf(string request)
    {
        try
        {
            SigningRequest.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(request)));
            return null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            return $"PEM block type must be CERTIFICATE REQUEST: {e.Message}";
        }
    }

    // A signer writes certificates; approving is another permission.
    private static void KeepVerdicts(JsonObject updated, JsonObject old)
    {
        var kept = old.Items("status", "conditions").Where(c => Verdicts.Contains(c.Text("type")));
        var others = updated.Items("status", "conditions").Where(c => !Verdicts.Contains(c.Text("type")));
        updated.Ensure("status")["conditions"] = new JsonArray([.. kept.Concat(others).Select(c => c.DeepClone())]);
    }
}

/// <summary>Roles and bindings: what a binding refers to is fixed.</summary>
internal sealed class RbacStrategy(string kind) : ResourceStrategy
{
    private const string Group = "rbac.authorization.k8s.io";

    private static readonly FieldPath Rules = FieldPath.Root["rules"];
    private static readonly FieldPath RoleRef = FieldPath.Root["roleRef"];

    /// <inheritdoc/>
    public override bool AllowCreateOnUpdate => true;

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        SetDefaults(created);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        SetDefaults(updated);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (kind.EndsWith("Binding", StringComparison.Ordinal))
        {
            ValidateBinding(created, errors);
            return;
        }

        var index = 0;
        foreach (var rule in created.Items("rules"))
        {
            var path = Rules[index++];
            var isPath = rule.TextList("nonResourceURLs").Count > 0;
            if (rule.TextList("verbs").Count == 0)
            {
                errors.Required(path["verbs"], "verbs must contain at least one value");
            }

            if (isPath && kind == "Role")
            {
                errors.Invalid(path["nonResourceURLs"], rule["nonResourceURLs"],
                    "namespaced rules cannot apply to non-resource URLs");
            }
            else if (isPath && (rule.TextList("resources").Count > 0 || rule.TextList("apiGroups").Count > 0))
            {
                errors.Invalid(path["nonResourceURLs"], rule["nonResourceURLs"],
                    "rules cannot apply to both regular resources and non-resource URLs");
            }
            else if (!isPath && rule.TextList("apiGroups").Count == 0)
            {
                errors.Required(path["apiGroups"], "resource rules must supply at least one api group");
            }
            else if (!isPath && rule.TextList("resources").Count == 0)
            {
                errors.Required(path["resources"], "resource rules must supply at least one resource");
            }
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        if (!JsonNode.DeepEquals(updated["roleRef"], old["roleRef"]))
        {
            errors.Invalid(RoleRef, updated["roleRef"], "cannot change roleRef");
        }
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        value.Map("roleRef")?.Default("apiGroup", Group);
        foreach (var subject in value.Items("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group" && string.IsNullOrEmpty(subject.Text("apiGroup")))
            {
                subject["apiGroup"] = Group;
            }
        }
    }

    private void ValidateBinding(JsonObject binding, FieldErrors errors)
    {
        string[] kinds = kind == "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"];
        if (binding.Text("roleRef", "kind") is not { } roleKind || !kinds.Contains(roleKind))
        {
            errors.NotSupported(RoleRef["kind"], binding.Text("roleRef", "kind"), kinds);
        }

        FieldChecks.OneOf(binding.Map("roleRef") ?? [], "apiGroup", RoleRef, errors, Group);
        if (string.IsNullOrEmpty(binding.Text("roleRef", "name")))
        {
            errors.Required(RoleRef["name"]);
        }

        var index = 0;
        foreach (var subject in binding.Items("subjects"))
        {
            var path = FieldPath.Root["subjects"][index++];
            if (string.IsNullOrEmpty(subject.Text("name")))
            {
                errors.Required(path["name"]);
            }

            if (subject.Text("kind") == "ServiceAccount")
            {
                FieldChecks.Subdomain(subject.Text("name"), path["name"], errors);
            }

            if (subject.Text("kind") is not ("User" or "Group" or "ServiceAccount"))
            {
                errors.NotSupported(path["kind"], subject.Text("kind"), ["Group", "ServiceAccount", "User"]);
            }
            else if (subject.Text("kind") == "ServiceAccount" && kind == "ClusterRoleBinding"
                && string.IsNullOrEmpty(subject.Text("namespace")))
            {
                errors.Required(path["namespace"]);
            }
        }
    }
}

/// <summary>Nodes register with their status.</summary>
internal sealed class NodeStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        if (spec.Text("podCIDR") is { Length: > 0 } range)
        {
            spec.Default("podCIDRs", ObjectTree.List([range]));
        }
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        foreach (var field in new[] { "podCIDR", "providerID" })
        {
            if (old.Text("spec", field) is { Length: > 0 } set && updated.Text("spec", field) != set)
            {
                errors.Forbidden(FieldPath.Root["spec"][field], "node updates may not change it once it is set");
            }
        }
    }
}
