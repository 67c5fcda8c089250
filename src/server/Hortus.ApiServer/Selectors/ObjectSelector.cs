using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Selectors;

/// <summary>The label and field selector of a list or watch.</summary>
internal sealed class ObjectSelector
{
    private readonly IReadOnlyList<LabelRequirement> labels;
    private readonly FieldSelector? fields;

    private ObjectSelector(IReadOnlyList<LabelRequirement> labels, FieldSelector? fields)
    {
        this.labels = labels;
        this.fields = fields is { IsEmpty: false } ? fields : null;
    }

    public static ObjectSelector Everything { get; } = new([], null);

    /// <summary>Whether nothing is filtered out.</summary>
    public bool IsEverything => labels.Count == 0 && fields is null;

    /// <summary>The one name the field selector asks for, or null.</summary>
    public string? Name => fields?.Name;

    /// <summary>Reads both selectors of a request.</summary>
    /// <exception cref="ApiStatusException">400: malformed or not supported.</exception>
    public static ObjectSelector Parse(ListOptions options, ResourceDefinition definition) =>
        options.LabelSelector.Length == 0 && options.FieldSelector.Length == 0
            ? Everything
            : new ObjectSelector(
                LabelRequirement.Parse(options.LabelSelector), FieldSelector.Parse(options.FieldSelector, definition));

    public bool Matches(StoredObject value)
    {
        if (labels.Count > 0)
        {
            var found = value.Labels;
            foreach (var requirement in labels)
            {
                if (!requirement.Matches(found))
                {
                    return false;
                }
            }
        }

        return fields is null || fields.Matches(value.Tree);
    }
}
