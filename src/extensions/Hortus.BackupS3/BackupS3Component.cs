using Hortus.Extensions;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Runtime;

namespace Hortus.BackupS3;

/// <summary><c>hortus extension backup-s3</c>: makes buckets for backups at S3-compatible object stores.</summary>
public sealed class BackupS3Component
{
    /// <summary>Name of the component.</summary>
    public const string Name = "backup-s3";

    /// <summary>Type of the extension objects that it serves.</summary>
    public const string Type = "s3";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(BackupS3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.HostOptions(Name);
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(BackupS3Options options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var manager = context.CreateManager();
        AddTo(manager, options, context.Clock);
        await manager.RunAsync(cancellationToken);
    }

    internal static void AddTo(IControllerManager manager, BackupS3Options options, TimeProvider clock)
    {
        var classes = options.Classes;
        Add("backupbucket", new S3BucketActuator(manager.Client, classes.NameOf(Name)));
        Add("backupentry", new S3EntryActuator(manager.Client));

        void Add<T>(string name, IActuator<T> actuator) where T : ExtensionObject => manager.AddExtension(
            new ExtensionController<T>(name, Type, actuator) { Classes = classes, Workers = options.ConcurrentReconciles }, clock);
    }
}
