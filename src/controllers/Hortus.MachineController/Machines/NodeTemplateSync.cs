using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController.Machines;

/// <summary>Puts labels, annotations and taints of a machine's node template on its Node, and takes off what is not in the
/// template any more. What was applied last stands in an annotation of the Node.</summary>
internal sealed class NodeTemplateSync(IKubernetesClient client)
{
    private const string AppliedAnnotation = "node.machine.sapcloud.io/last-applied-anno-labels-taints";

    public async Task SyncAsync(Machine machine, Node node, CancellationToken cancellationToken)
    {
        var wanted = Wanted(machine);
        var text = JsonSerializer.Serialize(wanted);
        if (node.Metadata.Annotation(AppliedAnnotation) == text && Holds(node, wanted))
        {
            return;
        }

        var applied = Read(node.Metadata.Annotation(AppliedAnnotation));
        var annotations = Changes(applied.Annotations, wanted.Annotations);
        annotations[AppliedAnnotation] = text;
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                // Taints are replaced as a whole: the version guards against losing somebody else's.
                ["resourceVersion"] = node.Metadata.ResourceVersion,
                ["labels"] = Changes(applied.Labels, wanted.Labels),
                ["annotations"] = annotations,
            },
        };
        var taints = Taints(node, applied.Taints, wanted.Taints);
        if (!taints.Select(Id).SequenceEqual((node.Spec.Taints ?? []).Select(Id)))
        {
            body["spec"] = new JsonObject { ["taints"] = new JsonArray([.. taints.Select(t => (JsonNode)KubernetesJson.ToNode(t))]) };
        }

        await client.PatchAsync<Node>(node.Key, Patch.Merge(body), cancellationToken);
    }

    private static Template Wanted(Machine machine)
    {
        var template = machine.Spec.NodeTemplate;
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [GardenerLabels.NodeMachineName] = machine.Metadata.Name!,
        };
        foreach (var (key, value) in template?.Metadata?.Labels ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in template?.Metadata?.Annotations ?? new Dictionary<string, string>())
        {
            annotations[key] = value;
        }

        return new Template(
            labels,
            annotations,
            [.. (template?.Spec?.Taints ?? []).Select(t => new TemplateTaint(t.Key, t.Value, t.Effect))]);
    }

    private static bool Holds(Node node, Template wanted) =>
        wanted.Labels.All(pair => node.Metadata.Label(pair.Key) == pair.Value)
        && wanted.Annotations.All(pair => node.Metadata.Annotation(pair.Key) == pair.Value)
        && wanted.Taints.All(taint => (node.Spec.Taints ?? []).Any(t => Id(t) == (taint.Key, taint.Value, taint.Effect)));

    private static Template Read(string? text)
    {
        try
        {
            return text is null ? Template.Empty : JsonSerializer.Deserialize<Template>(text) ?? Template.Empty;
        }
        catch (JsonException)
        {
            // Written by hand; nothing is known to be ours then.
            return Template.Empty;
        }
    }

    private static JsonObject Changes(IReadOnlyDictionary<string, string> applied, IReadOnlyDictionary<string, string> wanted)
    {
        var changes = new JsonObject();
        foreach (var key in applied.Keys.Where(key => !wanted.ContainsKey(key)))
        {
            changes[key] = null;
        }

        foreach (var (key, value) in wanted)
        {
            changes[key] = value;
        }

        return changes;
    }

    private static IReadOnlyList<Taint> Taints(Node node, IReadOnlyList<TemplateTaint> applied, IReadOnlyList<TemplateTaint> wanted)
    {
        var ours = applied.Concat(wanted).Select(t => (t.Key, t.Effect)).ToHashSet();
        var others = (node.Spec.Taints ?? []).Where(t => !ours.Contains((t.Key, t.Effect)));
        return [.. others, .. wanted.Select(t => new Taint { Key = t.Key, Value = t.Value, Effect = t.Effect })];
    }

    private static (string, string?, string) Id(Taint taint) => (taint.Key, taint.Value, taint.Effect);

    private sealed record Template(
        IReadOnlyDictionary<string, string> Labels,
        IReadOnlyDictionary<string, string> Annotations,
        IReadOnlyList<TemplateTaint> Taints)
    {
        public static Template Empty { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>(), []);
    }

    private sealed record TemplateTaint(string Key, string? Value, string Effect);
}
