using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>The rules of endpoint slices beyond their schema.</summary>
internal static class EndpointSliceRules
{
    private const int AddressesMax = 100;
    private static readonly string[] Types = ["FQDN", "IPv4", "IPv6"];

    public static void Check(JsonObject slice, FieldErrors errors)
    {
        var type = slice.Text("addressType") ?? "";
        if (type.Length > 0 && !Types.Contains(type))
        {
            errors.NotSupported(FieldPath.Root["addressType"], type, Types);
        }

        var endpoints = slice.Items("endpoints").ToList();
        for (var i = 0; i < endpoints.Count; i++)
        {
            Addresses(endpoints[i].TextList("addresses"), type, FieldPath.Root["endpoints"][i]["addresses"], errors);
        }

        Ports([.. slice.Items("ports")], FieldPath.Root["ports"], errors);
    }

    private static void Addresses(IReadOnlyList<string> addresses, string type, FieldPath path, FieldErrors errors)
    {
        if (addresses.Count > AddressesMax)
        {
            errors.TooMany(path, addresses.Count, AddressesMax);
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            if (type == "FQDN")
            {
                FieldChecks.Subdomain(addresses[i], path[i], errors);
            }
            else if (type is "IPv4" or "IPv6" && !IsOf(addresses[i], type))
            {
                errors.Invalid(path[i], addresses[i], $"must be a valid {type} address");
            }
        }
    }

    private static bool IsOf(string address, string type) =>
        IPAddress.TryParse(address, out var parsed)
        && parsed.AddressFamily == (type == "IPv4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6)
        && (type == "IPv6" || address.Count(c => c == '.') == 3);

    private static void Ports(List<JsonObject> ports, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var name = ports[i].Text("name") ?? "";
            if (name.Length > 0 && !Names.IsLabel(name))
            {
                errors.Invalid(path[i]["name"], name, Names.LabelRule);
            }

            if (!names.Add(name))
            {
                errors.Duplicate(path[i]["name"], name);
            }

            FieldChecks.OneOf(ports[i], "protocol", path[i], errors, "SCTP", "TCP", "UDP");
        }
    }
}
