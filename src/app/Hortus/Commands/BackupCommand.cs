using System.CommandLine;
using System.Globalization;
using Hortus.Backup;
using Hortus.Runtime;
using Hortus.Storage;
using Microsoft.Extensions.Logging;

namespace Hortus.Commands;

/// <summary><c>hortus backup</c>: snapshots of an API server's store in folders and object stores.</summary>
internal static class BackupCommand
{
    public static Command Create() => new("backup", "Takes, lists and restores snapshots of an API server's store.")
    {
        Run(), List(), Restore(),
    };

    private static Command Run() => ComponentCommand.Create<BackupOptions>(
        "run",
        "Takes snapshots at once, at regular times and when it is stopped.",
        (options, context, cancellationToken) =>
            new BackupComponent(options, context.Clock, context.Logs.CreateLogger<BackupComponent>()).RunAsync(cancellationToken),
        _ => new ComponentHostOptions { Name = "backup" });

    private static Command List()
    {
        var place = new Place();
        var command = new Command("list", "Prints the snapshots, the oldest first.");
        place.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            using var target = place.Open(result);
            foreach (var snapshot in await new Snapshots(target, TimeProvider.System).ListAsync(cancellationToken))
            {
                await Console.Out.WriteLineAsync(snapshot.ToString());
            }
        }));
        return command;
    }

    private static Command Restore()
    {
        var place = new Place();
        var dataDir = new Option<string?>("--data-dir")
        {
            Description = "Of an embedded store: folder of the new one; must be empty or not there.",
        };
        var file = new Option<string?>("--file")
        {
            Description = "Of an etcd: file for `etcdctl snapshot restore`, which makes a data folder of it; must not be there.",
        };
        var name = new Option<string?>("--snapshot")
        {
            Description = "The snapshot, as `hortus backup list` prints it. Default the newest of its kind.",
        };
        var skip = new Option<long>("--skip-revisions")
        {
            Description = "Of an embedded store: how far resource versions are moved on, so that none is given out twice.",
            DefaultValueFactory = _ => StoreArchive.DefaultRevisionsSkipped,
        };
        var command = new Command("restore", "Makes a store of a snapshot.") { dataDir, file, name, skip };
        command.Validators.Add(result =>
        {
            if (result.GetValue(dataDir) is null == result.GetValue(file) is null)
            {
                result.AddError("give --data-dir for a snapshot of an embedded store, or --file for one of an etcd");
            }
        });
        place.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            using var target = place.Open(result);
            var snapshots = new Snapshots(target, TimeProvider.System);
            await Console.Out.WriteLineAsync(result.GetValue(file) is { } path
                ? await CopyOutAsync(snapshots, result.GetValue(name), Path.GetFullPath(path), cancellationToken)
                : await RestoreAsync(
                    snapshots, result.GetValue(name), result.GetValue(dataDir)!, result.GetValue(skip), cancellationToken));
        }));
        return command;
    }

    private static async Task<string> RestoreAsync(
        Snapshots snapshots, string? name, string folder, long skip, CancellationToken cancellationToken)
    {
        var (snapshot, revision) = await snapshots.RestoreAsync(name, folder, skip, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{folder}: restored {snapshot}, goes on at revision {revision}");
    }

    private static async Task<string> CopyOutAsync(
        Snapshots snapshots, string? name, string file, CancellationToken cancellationToken)
    {
        var snapshot = await snapshots.CopyOutAsync(name, file, cancellationToken);
        return $"""
            {file}: {snapshot}, every byte checked. A data folder is made of it, with the flags of each member, by
            etcdctl snapshot restore '{file.Replace("'", "'\\''", StringComparison.Ordinal)}' --data-dir NEW \
              --name NAME --initial-cluster NAME=PEER-URL,... --initial-advertise-peer-urls PEER-URL
            """;
    }

    private static async Task<int> GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception failure) when (failure is BackupException or StoreException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("hortus: " + failure.Message);
            return 1;
        }
    }

    /// <summary>The flags that say where snapshots are.</summary>
    private sealed class Place
    {
        private readonly Option<string> from = new("--from")
        {
            Description = "Where the snapshots are: the absolute path of a folder, or s3://BUCKET/PREFIX.",
            Required = true,
        };

        private readonly Option<string?> credentials = new("--credentials-dir")
        {
            Description = "Folder with access to the object store, one file a key as a mounted Secret has it.",
        };

        public void AddTo(Command command)
        {
            command.Options.Add(from);
            command.Options.Add(credentials);
        }

        public IBackupTarget Open(ParseResult result) => BackupTargets.Open(result.GetValue(from)!, result.GetValue(credentials));
    }
}
