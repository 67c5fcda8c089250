using Hortus.Client;
using Hortus.Extensions;
using Hortus.Flow;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>The garden's names: they lead to its API server, and old ones go.</summary>
internal sealed class DnsPart(GardenOperation operation)
{
    private static readonly TimeSpan AddressMax = TimeSpan.FromMinutes(1);

    /// <summary>Adds the steps that make the records.</summary>
    /// <param name="graph">The flow.</param>
    /// <param name="after">The extensions are ready, and the Service of the API server is there.</param>
    public void AddTo(FlowGraph graph, params ReadOnlySpan<string> after) =>
        graph.Add("Deploying DNS records", DeployAsync, after);

    /// <summary>Adds the step that takes all records away.</summary>
    /// <returns>They are gone.</returns>
    public string AddRemovalTo(FlowGraph graph, params ReadOnlySpan<string> after) =>
        graph.Add("Destroying DNS records", token => DestroyOthersAsync([], token), after);

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<DNSRecord> records = operation.Garden.Spec.Dns is null
            ? []
            : GardenRecords.Of(operation.Garden, await AddressAsync(cancellationToken));
        await Task.WhenAll(records.Select(record => DeployAsync(record, cancellationToken)));
        await DestroyOthersAsync([.. records.Select(record => record.Key)], cancellationToken);
    }

    private async Task DeployAsync(DNSRecord record, CancellationToken cancellationToken)
    {
        var found = await operation.Runtime.FindAsync<DNSRecord>(record.Key, cancellationToken);
        if (found is not null && found.Spec.RecordType != record.Spec.RecordType)
        {
            // The type of a record is fixed.
            await DestroyAsync(record.Key, cancellationToken);
        }

        var credentials = await operation.Runtime.FindAsync<Secret>(
            new ObjectKey(record.Spec.SecretRef.Namespace, record.Spec.SecretRef.Name!), cancellationToken);
        var wanted = credentials?.Metadata.ResourceVersion is { } version
            ? record with { Metadata = record.Metadata.WithAnnotation(GardenerAnnotations.CredentialsVersion, version) }
            : record;
        var written = await operation.Extensions.DeployOnChangeAsync(wanted, cancellationToken);
        await operation.Extensions.WaitAsync(written, ExtensionWaitTimes.DnsRecord, cancellationToken);
    }

    private async Task DestroyOthersAsync(IReadOnlyCollection<ObjectKey> wanted, CancellationToken cancellationToken)
    {
        var own = await operation.Runtime.ListAsync<DNSRecord>(
            new ListOptions
            {
                Namespace = VirtualGardenNames.Namespace,
                LabelSelector = $"{GardenRecords.OriginLabel}={GardenRecords.Origin}",
            },
            cancellationToken);
        await Task.WhenAll(own.Items
            .Where(record => ExtensionClass.Of(record) == ExtensionClass.Garden && !wanted.Contains(record.Key))
            .Select(record => DestroyAsync(record.Key, cancellationToken)));
    }

    private async Task DestroyAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await operation.Extensions.DestroyAsync<DNSRecord>(key, cancellationToken);
        await operation.Extensions.WaitGoneAsync<DNSRecord>(key, ExtensionWaitTimes.DnsRecord, cancellationToken);
    }

    // No ingress gateway stands before the garden: its names lead straight to its API server.
    private async Task<string> AddressAsync(CancellationToken cancellationToken)
    {
        var key = new ObjectKey(VirtualGardenNames.Namespace, VirtualGardenNames.ApiServer);
        using var deadline = new CancellationTokenSource(AddressMax, operation.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var service = await operation.Runtime.UntilAsync<Service>(key, found => AddressOf(found) is not null, both.Token);
            return AddressOf(service)!;
        }
        catch (Exception e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Service {key} got no address within {AddressMax.TotalSeconds:F0} s", e);
        }
    }

    private static string? AddressOf(Service? service)
    {
        var ingress = service?.Status?.LoadBalancer?.Ingress is [var first, ..] ? first : null;
        var isOutside = service?.Spec.Type == "LoadBalancer";
        string?[] addresses = [ingress?.Ip, ingress?.Hostname, isOutside ? null : service?.Spec.ClusterIP];
        return addresses.FirstOrDefault(address => !string.IsNullOrEmpty(address) && address != "None");
    }
}
