using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Services;
using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>What a look at the server of an API showed.</summary>
/// <param name="Availability">Whether it can be used.</param>
/// <param name="Resources">The entries of its APIResourceList; null when it did not answer.</param>
internal sealed record ProbeResult(ApiAvailability Availability, IReadOnlyList<JsonObject>? Resources);

/// <summary>Looks whether the server of an API is there: its Service, its endpoints, and that it tells what it serves.</summary>
internal sealed class AvailabilityProbe(ServiceResolver resolver, ApiProxy proxy, TimeProvider time)
{
    private const int DocumentBytesMax = 4 * 1024 * 1024;
    private static readonly TimeSpan AnswerTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>Who asks when this server asks for itself.</summary>
    public static UserInfo Aggregator { get; } =
        new("system:kube-aggregator", [UserInfo.MastersGroup, UserGroups.Authenticated]);

    /// <summary>Looks once; never throws but for cancellation.</summary>
    public async Task<ProbeResult> RunAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        if ((await resolver.ResolveAsync(api.Service, cancellationToken)).Fault is { } fault)
        {
            return new ProbeResult(new ApiAvailability(false, fault.Reason, fault.Message), null);
        }

        using var deadline = new CancellationTokenSource(AnswerTimeMax, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var path = $"/apis/{api.GroupVersion}";
        var url = $"https://{api.Service.Host}:{api.Service.Port}{path}";
        try
        {
            await using var response = await proxy.GetAsync(api, path, Aggregator, [], end.Token);
            var document = await response.ReadAsync(DocumentBytesMax, end.Token);
            if (!response.IsSuccess)
            {
                return Failed($"failing or missing response from {url}: bad status from {url}: {response.StatusCode}");
            }

            return JsonNode.Parse(document) is JsonObject list && list["resources"] is JsonArray
                ? new ProbeResult(ApiAvailability.Passed, [.. list.Items("resources")])
                : Failed($"failing or missing response from {url}: the answer is no APIResourceList");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"failing or missing response from {url}: no answer within {AnswerTimeMax.TotalSeconds} s");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return Failed($"failing or missing response from {url}: {e.Message}");
        }
    }

    private static ProbeResult Failed(string message) =>
        new(new ApiAvailability(false, "FailedDiscoveryCheck", message), null);
}
