using Hortus.Charts;
using Hortus.Cli.Extensions;
using Hortus.Host;
using Hortus.Objects;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.Cli.Tests;

public sealed class NewExtensionTests : IDisposable
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-extension-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    [Fact]
    [Trait("Category", "RealParts")]
    public async Task A_new_extension_builds_passes_its_tests_and_renders()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var target = Path.Combine(folder, "made");
        Run("morning-call", "--output", target, "--sources", BuiltTools.Root).ShouldBe(ExitCode.Success, errors.ToString());

        // The tests of the repository may use its build servers meanwhile; this build leaves none behind.
        var tested = await RunAsync(
            new ProcessCommand(
                "dotnet", "test", Path.Combine(target, "test"), "-c", Configuration, "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"),
            deadline.Token);
        tested.Output.ShouldContain("Passed!");
        tested.ExitCode.ShouldBe(0, tested.Output);
        File.Exists(Path.Combine(target, "src", "bin", Configuration, "net10.0", "extension-morning-call.dll")).ShouldBeTrue();

        await new ProcessRunner().RequireAsync(
            new ProcessCommand(BuiltTools.Helm, "package", Path.Combine(target, "chart"), "--destination", folder), deadline.Token);
        var chart = await RenderAsync(Path.Combine(folder, "morning-call-0.1.0.tgz"), deadline.Token);
        chart.Objects.Select(o => o.Json["kind"]!.ToString()).ShouldBe(
            ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Deployment"]);
        chart.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_of_the_templates_names_is_left_and_manifests_are_yaml()
    {
        Run("morning-call", "--output", Path.Combine(folder, "made"), "--sources", BuiltTools.Root).ShouldBe(ExitCode.Success);

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToList();
        files.Count.ShouldBeGreaterThan(15);
        foreach (var file in files)
        {
            (file + File.ReadAllText(file)).ShouldSatisfyAllConditions(
                t => t.ShouldNotContain("demo-name"), t => t.ShouldNotContain("DemoName"), t => t.ShouldNotContain("hortus-sources"));
        }

        File.ReadAllText(Path.Combine(folder, "made", "src", "Settings.cs")).ShouldContain("namespace MorningCallExtension;");
        KubernetesYaml.Parse(File.ReadAllText(Path.Combine(folder, "made", "extension.yaml")))["metadata"]!["name"]!.ToString()
            .ShouldBe("morning-call");
        File.GetUnixFileMode(Path.Combine(folder, "made", "install.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Upper", "is no name")]
    [InlineData("1st", "is no name")]
    [InlineData("a--b", "is no name")]
    [InlineData("a-", "is no name")]
    [InlineData("../x", "is no name")]
    [InlineData("a2345678901234567890123456789012345678901", "at most 40")]
    public void A_name_that_is_none_is_refused(string name, string reason)
    {
        Run(name, "--output", Path.Combine(folder, "made"), "--sources", BuiltTools.Root).ShouldBe(ExitCode.BadConfiguration);

        errors.ToString().ShouldContain(reason);
        Directory.Exists(Path.Combine(folder, "made")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_with_something_in_it_is_left_alone()
    {
        File.WriteAllText(Path.Combine(folder, "mine"), "");

        Run("morning-call", "--output", folder, "--sources", BuiltTools.Root).ShouldBe(ExitCode.BadConfiguration);

        errors.ToString().ShouldBe($"hortus: {folder} is not empty\n");
    }

    [Fact]
    public void Without_sources_it_says_what_to_name()
    {
        Run("morning-call", "--output", Path.Combine(folder, "made"), "--sources", folder).ShouldBe(ExitCode.BadConfiguration);

        errors.ToString().ShouldContain("--sources");
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        output.Dispose();
        errors.Dispose();
    }

    private int Run(params string[] arguments) => new NewExtensionCommand(output, errors).Create().Parse(arguments).Invoke();

    private static Task<ProcessResult> RunAsync(ProcessCommand command, CancellationToken cancellationToken) =>
        new ProcessRunner().RunAsync(command, cancellationToken);

    private static async Task<RenderedChart> RenderAsync(string file, CancellationToken cancellationToken)
    {
        using var helm = new HelmRenderer(BuiltTools.Helm, new HelmLimits());
        return await helm.RenderAsync(
            new ChartRelease
            {
                Archive = await File.ReadAllBytesAsync(file, cancellationToken),
                Digest = "sha256:0",
                Name = "morning-call",
                Namespace = "extension-morning-call",
                KubernetesVersion = "1.34.2",
            },
            cancellationToken);
    }
}
