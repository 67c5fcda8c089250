using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Services;
using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>How the certificate of an API's server is checked.</summary>
/// <param name="CaBundle">PEM of the roots; null trusts the machine's.</param>
/// <param name="Insecure">Any certificate will do.</param>
internal sealed record ServerTrust(string? CaBundle, bool Insecure);

/// <summary>A group version that another server serves, and what is known of it.</summary>
internal sealed record RemoteApi
{
    private const int PortDefault = 443;

    /// <summary>Name of the APIService.</summary>
    public required string Name { get; init; }

    public required GroupVersion GroupVersion { get; init; }

    public required ServiceTarget Service { get; init; }

    public required ServerTrust Trust { get; init; }

    public required GroupPriority Priority { get; init; }

    public required ApiAvailability Availability { get; init; }

    /// <summary>The entries of its APIResourceList when it last answered; null when it never did.</summary>
    public IReadOnlyList<JsonObject>? Resources { get; init; }

    /// <summary>Reads an APIService; null when the group version is served here.</summary>
    public static RemoteApi? Of(JsonObject registration)
    {
        if (registration.Map("spec", "service") is not { } service)
        {
            return null;
        }

        var caBundle = registration.Text("spec", "caBundle");
        return new RemoteApi
        {
            Name = registration.Name,
            GroupVersion = new GroupVersion(registration.Text("spec", "group") ?? "", registration.Text("spec", "version") ?? ""),
            Service = new ServiceTarget(
                service.Text("namespace") ?? "", service.Text("name") ?? "", (int)(service.Number("port") ?? PortDefault)),
            Trust = new ServerTrust(
                string.IsNullOrEmpty(caBundle) ? null : System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(caBundle)),
                registration.Flag("spec", "insecureSkipTLSVerify") == true),
            Priority = new GroupPriority(
                (int)(registration.Number("spec", "groupPriorityMinimum") ?? 0),
                (int)(registration.Number("spec", "versionPriority") ?? 0)),
            Availability = ApiAvailability.Of(registration),
        };
    }
}

/// <summary>Whether an API can be used, as its condition Available says.</summary>
/// <param name="IsAvailable">Requests are passed on.</param>
/// <param name="Reason">Reason of the condition.</param>
/// <param name="Message">Message of the condition.</param>
internal sealed record ApiAvailability(bool IsAvailable, string Reason, string Message)
{
    public const string Condition = "Available";

    /// <summary>Served here.</summary>
    public static ApiAvailability Local { get; } = new(true, "Local", "Local APIServices are always available");

    public static ApiAvailability Passed { get; } = new(true, "Passed", "all checks passed");

    /// <summary>What the status of an APIService says; not available when it says nothing yet.</summary>
    public static ApiAvailability Of(JsonObject registration)
    {
        var condition = registration.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == Condition);
        return new ApiAvailability(
            condition?.Text("status") == "True",
            condition?.Text("reason") ?? "",
            condition?.Text("message") ?? "it has not been checked yet");
    }

    /// <summary>The condition for the status.</summary>
    public JsonObject ToCondition(DateTimeOffset now) => new()
    {
        ["type"] = Condition,
        ["status"] = IsAvailable ? "True" : "False",
        ["lastTransitionTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["reason"] = Reason,
        ["message"] = Message,
    };
}
