using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.ExtensionValidation;

/// <summary>What is checked of OperatingSystemConfigs. Pure.</summary>
internal static class OperatingSystemRules
{
    private static readonly string[] Purposes = ["provision", "reconcile"];
    private static readonly string[] Contents = ["secretRef", "inline", "imageRef"];

    public static void Check(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        if (spec.Text("purpose") is { Length: > 0 } purpose && !Purposes.Contains(purpose))
        {
            errors.NotSupported(path["purpose"], purpose, Purposes);
        }

        CheckFiles([.. spec.Items("files")], path["files"], errors);
        var units = spec.Items("units").ToList();
        for (var i = 0; i < units.Count; i++)
        {
            if (string.IsNullOrEmpty(units[i].Text("name")))
            {
                errors.Required(path["units"][i]["name"]);
            }
        }
    }

    private static void CheckFiles(List<JsonObject> files, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<(string Path, string? Host)>();
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Text("path") is not { Length: > 0 } where)
            {
                errors.Required(path[i]["path"]);
            }
            else if (!seen.Add((where, files[i].Text("hostName"))))
            {
                errors.Duplicate(path[i]["path"], where);
            }

            var content = files[i]["content"] as JsonObject ?? [];
            var given = Contents.Where(c => content[c] is not null).ToList();
            if (given.Count != 1)
            {
                errors.Invalid(path[i]["content"], string.Join(", ", given), $"want one of {string.Join(", ", Contents)}");
            }
        }
    }
}
