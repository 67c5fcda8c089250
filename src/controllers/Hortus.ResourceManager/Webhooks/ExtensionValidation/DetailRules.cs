using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Webhooks.ExtensionValidation;

/// <summary>What is checked of single kinds beside the fields that must be there. Pure.</summary>
internal static class DetailRules
{
    private static readonly string[] RecordTypes = ["A", "AAAA", "CNAME", "TXT"];
    private static readonly string[] Architectures = ["amd64", "arm64"];
    private static readonly string[] Families = ["IPv4", "IPv6"];

    public static void DnsRecord(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        var type = spec.Text("recordType");
        if (!RecordTypes.Contains(type))
        {
            errors.NotSupported(path["recordType"], type ?? "", RecordTypes);
        }

        var family = type switch
        {
            "A" => AddressFamily.InterNetwork,
            "AAAA" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unknown,
        };
        var values = TextsOf(spec["values"]);
        if (type == "CNAME" && values.Count > 1)
        {
            errors.Invalid(path["values"], spec["values"], "a CNAME record has one value");
        }

        for (var i = 0; i < values.Count; i++)
        {
            if (family != AddressFamily.Unknown && !(IPAddress.TryParse(values[i], out var address) && address.AddressFamily == family))
            {
                errors.Invalid(path["values"][i], values[i], $"an {type} record wants an {(type == "A" ? "IPv4" : "IPv6")} address");
            }
        }

        if (spec.Number("ttl") is < 0 or > int.MaxValue)
        {
            errors.Invalid(path["ttl"], spec["ttl"], $"must be between 0 and {int.MaxValue}");
        }
    }

    public static void Network(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        var families = TextsOf(spec["ipFamilies"]);
        for (var i = 0; i < families.Count; i++)
        {
            if (!Families.Contains(families[i]))
            {
                errors.NotSupported(path["ipFamilies"][i], families[i], Families);
            }
            else if (families.IndexOf(families[i]) < i)
            {
                errors.Duplicate(path["ipFamilies"][i], families[i]);
            }
        }

        var pods = RangeOf(spec, path, "podCIDR", families, errors);
        var services = RangeOf(spec, path, "serviceCIDR", families, errors);
        if (pods is { } p && services is { } s && (p.Contains(s.BaseAddress) || s.Contains(p.BaseAddress)))
        {
            errors.Invalid(path["serviceCIDR"], s.ToString(), $"must not overlap with podCIDR ({p})");
        }
    }

    public static void Worker(JsonObject spec, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>();
        var pools = spec.Items("pools").ToList();
        for (var i = 0; i < pools.Count; i++)
        {
            var here = path["pools"][i];
            foreach (var field in new[] { "machineType", "name", "machineImage.name", "machineImage.version" })
            {
                if (string.IsNullOrEmpty(pools[i].Text(field.Split('.'))))
                {
                    errors.Required(here[field]);
                }
            }

            if (pools[i].Text("architecture") is { } architecture && !Architectures.Contains(architecture))
            {
                errors.NotSupported(here["architecture"], architecture, Architectures);
            }

            if (pools[i].Text("name") is { Length: > 0 } name && !names.Add(name))
            {
                errors.Duplicate(here["name"], name);
            }
        }
    }

    private static IPNetwork? RangeOf(JsonObject spec, FieldPath path, string field, List<string> families, FieldErrors errors)
    {
        if (spec.Text(field) is not { Length: > 0 } text)
        {
            return null;
        }

        if (!IPNetwork.TryParse(text, out var range))
        {
            errors.Invalid(path[field], text, "must be a range of addresses such as 10.0.0.0/16");
            return null;
        }

        // With two families it may be of either.
        var family = range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        if (families.Count < 2 && family != (families.FirstOrDefault() ?? "IPv4"))
        {
            errors.Invalid(path[field], text, $"must be a range of {families.FirstOrDefault() ?? "IPv4"}");
        }

        return range;
    }

    private static List<string> TextsOf(JsonNode? list) => [.. (list as JsonArray ?? []).Select(i => i?.ToString() ?? "")];
}
