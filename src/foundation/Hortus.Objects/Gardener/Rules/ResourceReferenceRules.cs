using System.Text.RegularExpressions;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>The Secrets and ConfigMaps that values of charts may read.</summary>
public static partial class ResourceReferenceRules
{
    private const string CoreVersion = "v1";
    private static readonly string[] Kinds = ["ConfigMap", "Secret"];

    /// <summary>Adds the faults of a list of named resources.</summary>
    public static void Check(IReadOnlyList<NamedResourceReference>? resources, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (resources?.Count ?? 0); i++)
        {
            var resource = resources![i];
            if (resource.Name.Length == 0)
            {
                errors.Required(path[i]["name"], "must not be empty");
            }
            else if (!Name().IsMatch(resource.Name))
            {
                errors.Invalid(path[i]["name"], resource.Name, "must consist of letters and digits, as templates name it");
            }
            else if (!names.Add(resource.Name))
            {
                errors.Duplicate(path[i]["name"], resource.Name);
            }

            CheckTarget(resource, path[i]["resourceRef"], errors);
        }
    }

    private static void CheckTarget(NamedResourceReference resource, FieldPath path, FieldErrors errors)
    {
        var target = resource.ResourceRef;
        if (target.ApiVersion != CoreVersion)
        {
            errors.NotSupported(path["apiVersion"], target.ApiVersion ?? "", [CoreVersion]);
        }

        if (!Kinds.Contains(target.Kind))
        {
            errors.NotSupported(path["kind"], target.Kind, Kinds);
        }

        if (string.IsNullOrEmpty(target.Name))
        {
            errors.Required(path["name"], "must not be empty");
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
