using System.CommandLine;
using System.Globalization;
using Hortus.Storage;

namespace Hortus.Cli.Store;

/// <summary><c>hortus store</c>: looks at, copies and restores the data of an API server from outside.</summary>
public sealed class StoreCommands(TextWriter output, TextWriter errors, TimeProvider time)
{
    private readonly StoreArchive archive = new(time);

    /// <summary>The command with its subcommands.</summary>
    public Command Create() => new Command("store", "Checks, backs up, restores and exports the data of an API server.")
    {
        Check(), Backup(), Restore(), Export(),
    };

    private Command Check()
    {
        var source = new StoreSource();
        var command = new Command(
            "check", "Reads every byte of a store or a backup and says what it holds or where it is damaged.");
        source.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var image = await source.ReadAsync(archive, result, cancellationToken);
            await output.WriteLineAsync(Describe(image));
            if (image.TornTail is { } torn)
            {
                await output.WriteLineAsync($"{torn}; a start cuts them off, no answered write is lost");
            }

            await output.WriteLineAsync("sound");
        }));
        return command;
    }

    private Command Backup()
    {
        var source = DataDir("Folder of the store, as given to the API server; the server may be running.");
        var file = File("The backup to write.");
        var command = new Command("backup", "Writes all data at one revision into one file.") { source, file };
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var image = await archive.ReadFolderAsync(result.GetValue(source)!, cancellationToken);
            StoreArchive.WriteBackup(image, result.GetValue(file)!);
            await output.WriteLineAsync($"{result.GetValue(file)}: {Describe(image)}");
        }));
        return command;
    }

    private Command Restore()
    {
        var file = File("The backup to read.");
        var target = DataDir("Folder of the new store; must be empty or not there.");
        var skip = new Option<long>("--skip-revisions")
        {
            Description = "How far resource versions are moved on, so that none is given out twice.",
            DefaultValueFactory = _ => StoreArchive.DefaultRevisionsSkipped,
        };
        var command = new Command("restore", "Makes a store of a backup.") { file, target, skip };
        command.SetAction((result, cancellationToken) => GuardAsync(() =>
        {
            var image = archive.ReadBackup(result.GetValue(file)!);
            var revision = archive.Restore(image, result.GetValue(target)!, result.GetValue(skip));
            return output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{result.GetValue(target)}: {image.Keys} keys, goes on at revision {revision}"));
        }));
        return command;
    }

    private Command Export()
    {
        var source = new StoreSource();
        var lines = new Option<string>("--output", "-o")
        {
            Description = "File for one JSON object a line; - is the standard output.",
            DefaultValueFactory = _ => "-",
        };
        var folder = new Option<string?>("--yaml-dir")
        {
            Description = "Folder for one YAML file per object, instead of lines.",
        };
        var secrets = new Option<bool>("--with-secrets") { Description = "Export Secrets too." };
        var command = new Command("export", "Writes all objects as text, Secrets only when told to.")
        {
            lines, folder, secrets,
        };
        source.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var image = await source.ReadAsync(archive, result, cancellationToken);
            var export = new StoreExport(image, result.GetValue(secrets));
            if (result.GetValue(folder) is { } directory)
            {
                export.WriteFiles(directory);
            }
            else if (result.GetValue(lines) is { } path and not "-")
            {
                await using var writer = StoreExport.CreatePrivate(path);
                await export.WriteLinesAsync(writer, cancellationToken);
            }
            else
            {
                await export.WriteLinesAsync(output, cancellationToken);
            }

            await errors.WriteLineAsync(export.Summary);
        }));
        return command;
    }

    private static Option<string> DataDir(string description) =>
        new("--data-dir") { Description = description, Required = true };

    private static Option<string> File(string description) =>
        new("--file") { Description = description, Required = true };

    private static string Describe(StoreImage image) => string.Create(
        CultureInfo.InvariantCulture,
        $"revision {image.Revision}, {image.Keys} keys, {image.LiveBytes} bytes; "
        + $"{(image.SnapshotRevision is { } snapshot ? $"snapshot of revision {snapshot}" : "no snapshot")}"
        + $"{(image.Logs > 0 ? $", {image.LogChanges} changes in {image.Logs} logs" : "")}");

    private async Task<int> GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (Exception failure) when (failure is StoreException or IOException or UnauthorizedAccessException or OverflowException)
        {
            await errors.WriteLineAsync("hortus: " + failure.Message);
            return 1;
        }
    }
}
