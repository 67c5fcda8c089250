using System.CommandLine;
using Hortus.Storage;

namespace Hortus.Cli.Store;

/// <summary>The flags that name what to read: a store's folder or a backup.</summary>
internal sealed class StoreSource
{
    private readonly Option<string?> folder = new("--data-dir") { Description = "Folder of a store; its server may be running." };
    private readonly Option<string?> file = new("--file") { Description = "A backup, instead of a folder." };

    public void AddTo(Command command)
    {
        command.Options.Add(folder);
        command.Options.Add(file);
        command.Validators.Add(result =>
        {
            if (result.GetValue(folder) is null == result.GetValue(file) is null)
            {
                result.AddError("want either --data-dir or --file");
            }
        });
    }

    public async Task<StoreImage> ReadAsync(StoreArchive archive, ParseResult result, CancellationToken cancellationToken) =>
        result.GetValue(folder) is { } directory
            ? await archive.ReadFolderAsync(directory, cancellationToken)
            : archive.ReadBackup(result.GetValue(file)!);
}
