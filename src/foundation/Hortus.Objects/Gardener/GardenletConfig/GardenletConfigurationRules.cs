using System.Net;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>
/// What may stand in a configuration of a gardenlet. The spec of the seed is not checked here: the API server checks it where it stands in
/// an object, and again when the gardenlet registers its Seed.
/// </summary>
public static class GardenletConfigurationRules
{
    private static readonly string[] LogLevels = ["debug", "info", "error"];
    private static readonly string[] LogFormats = ["json", "text"];
    private static readonly TimeSpan ValidityMin = TimeSpan.FromMinutes(10);

    /// <summary>Adds the faults of a configuration that stands at <paramref name="path"/>.</summary>
    public static void Check(GardenletConfiguration configuration, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(errors);
        Connection(configuration.GardenClientConnection, path["gardenClientConnection"], errors);
        Garden(configuration.GardenClientConnection, path["gardenClientConnection"], errors);
        Connection(configuration.SeedClientConnection, path["seedClientConnection"], errors);
        Connection(configuration.ShootClientConnection, path["shootClientConnection"], errors);
        LeaderElection(configuration.LeaderElection, path["leaderElection"], errors);
        GardenletControllerRules.Check(configuration.Controllers, path["controllers"], errors);
        ConfigurationValues.OneOf(configuration.LogLevel, path["logLevel"], LogLevels, errors);
        ConfigurationValues.OneOf(configuration.LogFormat, path["logFormat"], LogFormats, errors);
        Server(configuration.Server?.HealthProbes, path["server"]["healthProbes"], errors);
        Server(configuration.Server?.Metrics, path["server"]["metrics"], errors);
        Resources(configuration.Resources, path["resources"], errors);
        Etcd(configuration.EtcdConfig, path["etcdConfig"], errors);
        Address(configuration.Sni?.Ingress?.ServiceExternalIP, path["sni"]["ingress"]["serviceExternalIP"], errors);
        for (var i = 0; i < (configuration.ExposureClassHandlers?.Count ?? 0); i++)
        {
            Handler(configuration.ExposureClassHandlers![i], path["exposureClassHandlers"][i], errors);
        }

        var toleration = path["nodeToleration"];
        ConfigurationValues.NotNegative(
            configuration.NodeToleration?.DefaultNotReadyTolerationSeconds, toleration["defaultNotReadyTolerationSeconds"], errors);
        ConfigurationValues.NotNegative(
            configuration.NodeToleration?.DefaultUnreachableTolerationSeconds, toleration["defaultUnreachableTolerationSeconds"], errors);
    }

    private static void Connection(ClientConnectionSettings? connection, FieldPath path, FieldErrors errors)
    {
        if (connection?.Burst is < 0)
        {
            errors.Invalid(path["burst"], connection.Burst, "must be non-negative");
        }
    }

    private static void Garden(GardenClientConnection? connection, FieldPath path, FieldErrors errors)
    {
        if (connection?.GardenClusterAddress is { } address && !IsAddress(connection.GardenUrl()))
        {
            errors.Invalid(
                path["gardenClusterAddress"], address, "must be the address of the garden, for example https://api.garden.example.org");
        }

        if (connection?.KubeconfigValidity is not { } validity)
        {
            return;
        }

        path = path["kubeconfigValidity"];
        if (ConfigurationValues.Time(validity.Validity, path["validity"], errors) is { } time && time < ValidityMin)
        {
            errors.Invalid(path["validity"], validity.Validity, "validity must be at least 10m");
        }

        var (min, max) = (validity.AutoRotationJitterPercentageMin, validity.AutoRotationJitterPercentageMax);
        if (min is < 1)
        {
            errors.Invalid(path["autoRotationJitterPercentageMin"], min, "minimum percentage must be at least 1");
        }

        if (max is > 100)
        {
            errors.Invalid(path["autoRotationJitterPercentageMax"], max, "maximum percentage must be at most 100");
        }

        if (min >= max)
        {
            errors.Invalid(path["autoRotationJitterPercentageMin"], min, "minimum percentage must be less than maximum percentage");
        }
    }

    private static bool IsAddress(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;

    private static void LeaderElection(LeaderElectionSettings? election, FieldPath path, FieldErrors errors)
    {
        if (election is null or { LeaderElect: false })
        {
            return;
        }

        var lease = Positive(election.LeaseDuration, path["leaseDuration"], errors);
        var deadline = Positive(election.RenewDeadline, path["renewDeadline"], errors);
        var retry = Positive(election.RetryPeriod, path["retryPeriod"], errors);
        if (lease is not null && deadline >= lease)
        {
            errors.Invalid(path["leaseDuration"], election.LeaseDuration, "LeaseDuration must be greater than RenewDeadline");
        }

        if (deadline is not null && retry >= deadline)
        {
            errors.Invalid(path["renewDeadline"], election.RenewDeadline, "must be greater than retryPeriod");
        }

        ConfigurationValues.OneOf(election.ResourceLock, path["resourceLock"], ["leases"], errors);
    }

    private static TimeSpan? Positive(string? text, FieldPath path, FieldErrors errors)
    {
        var time = ConfigurationValues.Time(text, path, errors);
        if (time == TimeSpan.Zero)
        {
            errors.Invalid(path, text, "must be greater than zero");
        }

        return time;
    }

    private static void Server(ServerAddress? server, FieldPath path, FieldErrors errors)
    {
        if (server?.Port is < 0 or > 65535)
        {
            errors.Invalid(path["port"], server.Port, "must be between 0 and 65535");
        }

        if (!string.IsNullOrEmpty(server?.BindAddress) && !IPAddress.TryParse(server.BindAddress, out _))
        {
            errors.Invalid(path["bindAddress"], server.BindAddress, "must be an IP address");
        }
    }

    private static void Resources(ResourcesConfiguration? resources, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, reserved) in resources?.Reserved ?? new Dictionary<string, Quantity>())
        {
            var shown = reserved.ToString();
            if (resources?.Capacity is not { } capacity || !capacity.TryGetValue(name, out var total))
            {
                errors.Invalid(path["reserved"][name], shown, "reserved without capacity");
            }
            else if (reserved.CompareTo(total) > 0)
            {
                errors.Invalid(path["reserved"][name], shown, "reserved must be lower or equal to capacity");
            }
        }
    }

    private static void Etcd(ETCDConfig? etcd, FieldPath path, FieldErrors errors)
    {
        ConfigurationValues.NotNegative(etcd?.EtcdController?.Workers, path["etcdController"]["workers"], errors);
        ConfigurationValues.NotNegative(etcd?.CustodianController?.Workers, path["custodianController"]["workers"], errors);
        var (compaction, at) = (etcd?.BackupCompactionController, path["backupCompactionController"]);
        ConfigurationValues.NotNegative(compaction?.Workers, at["workers"], errors);
        ConfigurationValues.NotNegative(compaction?.EventsThreshold, at["eventsThreshold"], errors);
        ConfigurationValues.Time(compaction?.ActiveDeadlineDuration, at["activeDeadlineDuration"], errors);
        ConfigurationValues.Time(compaction?.MetricsScrapeWaitDuration, at["metricsScrapeWaitDuration"], errors);
        ConfigurationValues.Time(etcd?.BackupLeaderElection?.ReelectionPeriod, path["backupLeaderElection"]["reelectionPeriod"], errors);
        ConfigurationValues.Time(
            etcd?.BackupLeaderElection?.EtcdConnectionTimeout, path["backupLeaderElection"]["etcdConnectionTimeout"], errors);
        ConfigurationValues.Time(etcd?.DeltaSnapshotRetentionPeriod, path["deltaSnapshotRetentionPeriod"], errors);
    }

    private static void Handler(ExposureClassHandler handler, FieldPath path, FieldErrors errors)
    {
        if (handler.Name.Length > 63 || handler.Name.Contains('.', StringComparison.Ordinal) || !NameFormat.IsSubdomain(handler.Name))
        {
            errors.Invalid(
                path["name"], handler.Name,
                "must be a DNS label: at most 63 lower case letters, digits or '-', beginning and ending with a letter or digit");
        }

        if (handler.LoadBalancerService.Class is { } loadBalancer && !LabelSyntax.IsKey(loadBalancer))
        {
            errors.Invalid(
                path["loadBalancerService"]["class"], loadBalancer, "must be a name, with a domain in front if wanted, like a label's");
        }

        Address(handler.Sni?.Ingress?.ServiceExternalIP, path["sni"]["ingress"]["serviceExternalIP"], errors);
    }

    private static void Address(string? address, FieldPath path, FieldErrors errors)
    {
        if (address is not null && !IPAddress.TryParse(address, out _))
        {
            errors.Invalid(path, address, "external service ip is invalid");
        }
    }
}
