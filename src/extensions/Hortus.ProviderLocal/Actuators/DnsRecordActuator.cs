using Hortus.Client;
using Hortus.Dns;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Dns;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>Writes DNS records into the zones that the local garden's name server answers (<see cref="ZoneDirectory"/>).</summary>
/// <param name="client">The cluster in which the records are kept.</param>
/// <param name="namespace">Namespace of the ConfigMaps.</param>
internal sealed class DnsRecordActuator(IKubernetesClient client, string @namespace) : IActuator<DNSRecord>
{
    private const long TtlSecondsDefault = 120;

    public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<DNSRecord> request, CancellationToken cancellationToken)
    {
        var record = Read(request.Object.Spec);
        await CheckFreeAsync(record, request.Object, cancellationToken);
        await WriteAsync(record.Write(@namespace, request.Object), cancellationToken);
        await RemoveAsync(request.Object, except: record.KeyIn(@namespace), cancellationToken);
        return (DNSRecordStatus)request.Object.ExtensionStatus with { Zone = record.Zone };
    }

    public Task DeleteAsync(ActuatorRequest<DNSRecord> request, CancellationToken cancellationToken) =>
        RemoveAsync(request.Object, except: null, cancellationToken);

    private static ZoneRecord Read(DNSRecordSpec spec)
    {
        var name = DnsName.Normalize(spec.Name);
        var type = ZoneRecord.TypeOf(spec.RecordType) ?? throw Problem(
            $"spec.recordType: unsupported DNS record type \"{spec.RecordType}\": want A, AAAA, CNAME or TXT");
        var ttl = spec.Ttl ?? TtlSecondsDefault;
        if (ttl is < 0 or > int.MaxValue)
        {
            throw Problem($"spec.ttl: want 0 to {int.MaxValue} seconds, found {ttl}");
        }

        var zone = string.IsNullOrEmpty(spec.Zone) ? DnsZones.Of(name) : DnsName.Normalize(spec.Zone);
        var record = new ZoneRecord(
            zone ?? throw Problem($"spec.zone: is needed for \"{name}\": its own would be a whole top-level domain"),
            name, type, (uint)ttl, spec.Values);
        return record.Fault() is { } fault ? throw Problem(fault) : record;
    }

    // One name and type belong to one DNSRecord, and a CNAME stands alone: RFC 1034 section 3.6.2.
    private async Task CheckFreeAsync(ZoneRecord record, DNSRecord owner, CancellationToken cancellationToken)
    {
        var selector = $"{ZoneRecord.Selector},{ZoneRecord.NameLabel}={record.NameHash}";
        foreach (var map in (await FindAsync(selector, cancellationToken)).Where(map => OwnerOf(map) != owner.Metadata.Uid))
        {
            var type = ZoneRecord.TypeOf(map.Data?.GetValueOrDefault("type") ?? "");
            if (type != record.Type && type != DnsType.Cname && record.Type != DnsType.Cname)
            {
                continue;
            }

            if (await IsAliveAsync(map, cancellationToken))
            {
                throw Problem(
                    $"\"{record.Name}\" has {type} records of DNSRecord {map.Metadata.Annotation(ZoneRecord.OwnerAnnotation)} "
                    + "already; give this one another name or delete that one");
            }

            await client.DeleteAsync<ConfigMap>(map.Key, null, cancellationToken);
        }
    }

    // Not applied: of two DNSRecords that take the same name at the same moment, one is to meet a conflict and look again.
    private async Task WriteAsync(ConfigMap wanted, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<ConfigMap>(wanted.Key, cancellationToken) is not { } present)
        {
            await client.CreateAsync(wanted, cancellationToken);
            return;
        }

        if (!present.Metadata.IsDeleting() && OwnerOf(present) == OwnerOf(wanted))
        {
            await client.UpdateAsync(
                wanted with { Metadata = wanted.Metadata with { ResourceVersion = present.Metadata.ResourceVersion } }, cancellationToken);
            return;
        }

        throw new ExtensionException(
            $"ConfigMap {wanted.Key} was taken by DNSRecord {present.Metadata.Annotation(ZoneRecord.OwnerAnnotation)} meanwhile",
            [ErrorCode.RetryableConfigurationProblem]);
    }

    private async Task<bool> IsAliveAsync(ConfigMap map, CancellationToken cancellationToken) =>
        map.Metadata.Annotation(ZoneRecord.OwnerAnnotation)?.Split('/') is [var ownerNamespace, var name]
        && await client.FindAsync<DNSRecord>(new ObjectKey(ownerNamespace, name), cancellationToken) is { } owner
        && owner.Metadata.Uid == OwnerOf(map);

    private async Task RemoveAsync(DNSRecord owner, ObjectKey? except, CancellationToken cancellationToken)
    {
        var selector = $"{ZoneRecord.Selector},{ZoneRecord.OwnerLabel}={owner.Metadata.Uid}";
        foreach (var map in (await FindAsync(selector, cancellationToken)).Where(map => map.Key != except))
        {
            await client.DeleteAsync<ConfigMap>(map.Key, null, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<ConfigMap>> FindAsync(string selector, CancellationToken cancellationToken) =>
        (await client.ListAsync<ConfigMap>(ListOptions.In(@namespace) with { LabelSelector = selector }, cancellationToken)).Items;

    private static string? OwnerOf(ConfigMap map) => map.Metadata.Labels?.GetValueOrDefault(ZoneRecord.OwnerLabel);

    private static ExtensionException Problem(string message) => new(message, [ErrorCode.ConfigurationProblem]);
}
