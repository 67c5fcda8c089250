using System.CommandLine;
using Hortus.Oci;
using Hortus.Runtime;

namespace Hortus.Cli.Oci;

/// <summary><c>hortus oci</c>: puts charts and files into registries, gets them back, and says what a tag stands for.</summary>
public sealed class OciCommands(TextWriter output, TextWriter errors, TimeProvider clock)
{
    private const string ArtifactTypeDefault = "application/vnd.hortus.files.v1";

    /// <summary>The command with its subcommands.</summary>
    public Command Create() => new Command("oci", "Pushes, pulls and resolves charts and files in OCI registries.")
    {
        Push(), Pull(), Resolve(),
    };

    private Command Push()
    {
        var target = new OciTarget(clock);
        var files = new Argument<string[]>("files")
        {
            Description = "Files of the artifact; one packed chart (.tgz) is pushed as helm pushes it.",
            Arity = ArgumentArity.OneOrMore,
        };
        var type = new Option<string?>("--artifact-type")
        {
            Description = $"Pushes plain files of this type, a packed chart too; absent means {ArtifactTypeDefault} for what is no chart.",
        };
        var mediaType = new Option<string>("--media-type")
        {
            Description = "Media type of plain files.",
            DefaultValueFactory = _ => MediaTypes.Bytes,
        };
        var command = new Command(
            "push",
            "Pushes a chart or files and prints the reference with the digest. A chart goes to REFERENCE/NAME:VERSION when the reference "
            + "has no tag, as with helm; a signature beside it (.prov) goes with it.");
        target.AddTo(command);
        command.Arguments.Add(files);
        command.Options.Add(type);
        command.Options.Add(mediaType);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var paths = result.GetValue(files)!;
            var reference = target.Reference(result);
            using var client = target.Client(result);
            if (result.GetValue(type) is null && paths is [var path] && path.EndsWith(".tgz", StringComparison.Ordinal))
            {
                await PushChartAsync(path, reference, r => client.Open(r, target.Access(result, r)), cancellationToken);
                return;
            }

            var contents = new List<ArtifactFile>();
            foreach (var file in paths)
            {
                contents.Add(await ArtifactFile.FromDiskAsync(file, result.GetValue(mediaType)!, cancellationToken));
            }

            var repository = client.Open(reference, target.Access(result, reference));
            var digest = await ArtifactPublisher.PushFilesAsync(
                repository, reference.Tag, result.GetValue(type) ?? ArtifactTypeDefault, contents, cancellationToken);
            await output.WriteLineAsync(reference.WithDigest(digest).ToString());
        }));
        return command;
    }

    private Command Pull()
    {
        var target = new OciTarget(clock);
        var folder = new Option<string>("--output", "-o")
        {
            Description = "Folder for the files; is made when it is not there.",
            DefaultValueFactory = _ => ".",
        };
        var command = new Command(
            "pull", "Gets a chart or the files of an artifact, and prints the reference with the digest and the files.");
        target.AddTo(command);
        command.Options.Add(folder);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var reference = target.Reference(result);
            using var client = target.Client(result);
            var (digest, written) = await ArtifactDownload.RunAsync(
                client.Open(reference, target.Access(result, reference)), reference, result.GetValue(folder)!, cancellationToken);
            await output.WriteLineAsync(reference.WithDigest(digest).ToString());
            foreach (var file in written)
            {
                await output.WriteLineAsync(file);
            }
        }));
        return command;
    }

    private Command Resolve()
    {
        var target = new OciTarget(clock);
        var command = new Command("resolve", "Prints the reference with the digest that its tag stands for now.");
        target.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(async () =>
        {
            var reference = target.Reference(result);
            using var client = target.Client(result);
            var wanted = reference.Target
                ?? throw new OciException(OciFailure.BadRequest, $"the reference {reference} has neither tag nor digest");
            var digest = await client.Open(reference, target.Access(result, reference)).ResolveAsync(wanted, cancellationToken);
            await output.WriteLineAsync(reference.WithDigest(digest).ToString());
        }));
        return command;
    }

    private async Task PushChartAsync(
        string path, OciReference reference, Func<OciReference, OciRepository> open, CancellationToken cancellationToken)
    {
        var chart = ChartPackage.Read(await File.ReadAllBytesAsync(path, cancellationToken));
        var place = reference.Tag is null ? OciReference.Parse($"{reference.Name}/{chart.Name}").WithTag(chart.Tag) : reference;
        ReadOnlyMemory<byte>? signature = null;
        if (File.Exists(path + ".prov"))
        {
            signature = await File.ReadAllBytesAsync(path + ".prov", cancellationToken);
        }

        var digest = await ArtifactPublisher.PushChartAsync(open(place), place.Tag, chart, signature, cancellationToken);
        await output.WriteLineAsync(place.WithDigest(digest).ToString());
    }

    private async Task<int> GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
            return ExitCode.Success;
        }
        catch (Exception e) when (e is OciReferenceException or OciException { Failure: OciFailure.BadRequest })
        {
            await errors.WriteLineAsync($"hortus: {e.Message}");
            return ExitCode.BadConfiguration;
        }
        catch (Exception e) when (e is OciException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await errors.WriteLineAsync($"hortus: {e.Message}");
            return ExitCode.Failure;
        }
    }
}
