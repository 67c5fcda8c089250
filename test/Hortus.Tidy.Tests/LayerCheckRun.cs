using System.Diagnostics;

namespace Hortus.Tidy.Tests;

/// <summary>Lets the real eng/Layers.targets judge a small tree of projects, all in one run of MSBuild.</summary>
public sealed class LayerCheckRun : IAsyncLifetime
{
    public const string Upwards = "src/foundation/Hortus.Lower";
    public const string ServerToRuntime = "src/server/Hortus.Serving";
    public const string Sideways = "src/foundation/Hortus.Left";
    public const string ControllerToController = "src/controllers/Hortus.One";
    public const string OutOfSource = "src/runtime/Hortus.Curious";
    public const string Downwards = "src/controllers/Hortus.Two";

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-layers-").FullName;

    public string Output { get; private set; } = "";

    public int ExitCode { get; private set; }

    /// <summary>The distinct errors that name a project.</summary>
    public IReadOnlyList<string> ErrorsOf(string project) =>
    [
        .. Output.Split('\n').Where(line => line.Contains(": error ", StringComparison.Ordinal)
            && line.Contains("[" + FileOf(project) + "]", StringComparison.Ordinal)).Select(line => line.Trim()).Distinct(),
    ];

    public async Task InitializeAsync()
    {
        Write(Upwards, "src/delivery/Hortus.Upper");
        Write(ServerToRuntime, "src/runtime/Hortus.Caches");
        Write(Sideways, "src/foundation/Hortus.Right");
        Write(ControllerToController, Downwards);
        Write(OutOfSource, "test/Hortus.Probe");
        Write(Downwards, "src/foundation/Hortus.Lower");
        string[] projects = [Upwards, ServerToRuntime, Sideways, ControllerToController, OutOfSource, Downwards];
        var driver = Path.Combine(folder, "all.proj");
        await File.WriteAllTextAsync(driver, $"""
            <Project>
              <Target Name="All">
                <MSBuild Projects="{string.Join(';', projects.Select(FileOf))}" Targets="CheckLayers" ContinueOnError="ErrorAndContinue" />
              </Target>
            </Project>
            """);
        await RunAsync(driver);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    private async Task RunAsync(string driver)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var start = new ProcessStartInfo("dotnet", ["msbuild", driver, "-t:All", "-nologo", "-nodeReuse:false", "-verbosity:quiet"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using var build = Process.Start(start)!;
        Output = await build.StandardOutput.ReadToEndAsync(deadline.Token);
        await build.WaitForExitAsync(deadline.Token);
        ExitCode = build.ExitCode;
    }

    private void Write(string project, string reference)
    {
        Directory.CreateDirectory(Path.Combine(folder, project));
        File.WriteAllText(FileOf(project), $"""
            <Project>
              <ItemGroup>
                <ProjectReference Include="{FileOf(reference)}" />
              </ItemGroup>
              <Import Project="{Path.Combine(Repository.Root, "eng", "Layers.targets")}" />
            </Project>
            """);
    }

    private string FileOf(string project) => Path.Combine(folder, project, Path.GetFileName(project) + ".csproj");
}
