using Hortus.Components;
using Hortus.Extensions;
using Hortus.Objects.Gardener.Extensions;
using Hortus.ProviderLocal.Actuators;
using Hortus.ProviderLocal.Backup;
using Hortus.Runtime;

namespace Hortus.ProviderLocal;

/// <summary><c>hortus extension provider-local</c>: serves the extension objects of shoots whose machines are pods of the
/// seed.</summary>
public sealed class ProviderLocalComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "provider-local";

    /// <summary>Type of the extension objects that it serves.</summary>
    public const string Type = "local";

    /// <summary>Network type that it serves: locally the kubelet connects pods, whatever the type is called.</summary>
    public const string NetworkType = "calico";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(ProviderLocalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.HostOptions(Name);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(ProviderLocalOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var manager = context.CreateManager();
        AddTo(manager, options, context.Clock);
        await manager.RunAsync(cancellationToken);
    }

    internal static void AddTo(IControllerManager manager, ProviderLocalOptions options, TimeProvider clock)
    {
        var images = ImageVectorOverwrite.FromEnvironment(new ImageVector());
        var client = manager.Client;
        var classes = options.Classes;
        var folders = new BackupFolders(options.BackupPath);
        Add("dnsrecord", Type, new DnsRecordActuator(client, options.DnsNamespace));
        Add("backupbucket", Type, new BackupBucketActuator(
            client, folders, options.BackupHostPath ?? options.BackupPath, classes.NameOf(Name)));
        Add("backupentry", Type, new BackupEntryActuator(folders));
        if (classes.Contains(ExtensionClass.Shoot))
        {
            Add("infrastructure", Type, new InfrastructureActuator(client));
            Add("controlplane", Type, new StatusOnlyActuator<ControlPlane>());
            Add("network", NetworkType, new StatusOnlyActuator<Network>());
            Add("operatingsystemconfig", Type, new OperatingSystemConfigActuator(client, images));
            Add("worker", Type, new WorkerActuator(manager, new LocalWorkers(images), classes.NameOf(Name), clock));
        }

        void Add<T>(string name, string type, IActuator<T> actuator) where T : ExtensionObject => manager.AddExtension(
            new ExtensionController<T>(name, type, actuator) { Classes = classes, Workers = options.ConcurrentReconciles }, clock);
    }
}
