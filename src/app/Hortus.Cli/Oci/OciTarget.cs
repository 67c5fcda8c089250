using System.CommandLine;
using Hortus.Oci;

namespace Hortus.Cli.Oci;

/// <summary>Which artifact a command is about, and how its registry is reached.</summary>
internal sealed class OciTarget(TimeProvider clock)
{
    private readonly Argument<string> reference = new("reference")
    {
        Description = "registry/repository, with :tag or @sha256:..., with or without oci:// before it.",
    };

    private readonly Option<string?> caFile = new("--ca-file")
    {
        Description = "Authorities, PEM, that are trusted in addition to those of the machine.",
    };

    private readonly Option<string?> dockerConfig = new("--docker-config")
    {
        Description = "File with credentials, as docker login and helm registry login write it; absent means config.json in DOCKER_CONFIG, "
            + "then in ~/.docker, when there is one.",
    };

    private readonly Option<bool> plainHttp = new("--plain-http")
    {
        Description = "Asks the registry without TLS. A loopback address is so asked of itself when it does not speak TLS.",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(reference);
        command.Options.Add(caFile);
        command.Options.Add(dockerConfig);
        command.Options.Add(plainHttp);
    }

    public OciReference Reference(ParseResult result) => OciReference.Parse(result.GetValue(reference)!);

    public RegistryClient Client(ParseResult result) => new(
        new RegistryOptions { PlainHttpRegistries = result.GetValue(plainHttp) ? [Reference(result).Registry] : [] },
        new Random(Environment.ProcessId),
        clock);

    public RegistryAccess Access(ParseResult result, OciReference place)
    {
        var config = result.GetValue(dockerConfig) ?? ConfigDefault();
        return RegistryAccess.For(
            place,
            config is null ? null : File.ReadAllBytes(config),
            result.GetValue(caFile) is { } file ? File.ReadAllText(file) : null);
    }

    private static string? ConfigDefault() => new[]
        {
            Environment.GetEnvironmentVariable("DOCKER_CONFIG"),
            Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".docker") : null,
        }
        .Where(folder => !string.IsNullOrEmpty(folder))
        .Select(folder => Path.Combine(folder!, "config.json"))
        .FirstOrDefault(File.Exists);
}
