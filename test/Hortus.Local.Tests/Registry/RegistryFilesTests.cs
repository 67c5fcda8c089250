using System.Text.Json.Nodes;
using Hortus.Local.Bootstrap;
using Hortus.Local.Registry;

namespace Hortus.Local.Tests.Registry;

public sealed class RegistryFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly StateDirectory state;
    private readonly ClusterPki authority;
    private readonly RegistryFiles files;

    public RegistryFilesTests()
    {
        state = new StateDirectory(folder["state"]);
        state.Create(1);
        authority = new ClusterPki(state.Runtime, TimeProvider.System);
        authority.Ensure(6443);
        files = new RegistryFiles(state);
        files.Ensure(authority);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_next_start_takes_over_user_and_configuration()
    {
        var (password, checksum) = (files.Password, files.Checksum());

        files.Ensure(authority);

        files.Password.ShouldBe(password);
        files.Checksum().ShouldBe(checksum);
    }

    [Fact]
    public void Lost_users_get_a_new_password_and_another_pod()
    {
        var (password, checksum) = (files.Password, files.Checksum());
        File.Delete(Path.Combine(state.RegistryConfiguration, "htpasswd"));

        files.Ensure(authority);

        files.Password.ShouldNotBe(password);
        files.Checksum().ShouldNotBe(checksum);
    }

    [Fact]
    public void The_password_is_readable_by_the_owner_only_and_stands_in_no_file_of_the_pod()
    {
        File.GetUnixFileMode(state.RegistryPassword).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var path in Directory.EnumerateFiles(state.RegistryConfiguration))
        {
            File.ReadAllText(path).ShouldNotContain(files.Password, customMessage: path);
        }
    }

    [Fact]
    public void Charts_are_pulled_as_the_one_user()
    {
        var auth = (string)JsonNode.Parse(files.DockerConfig("registry.example"))!["auths"]!["registry.example"]!["auth"]!;

        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(auth)).ShouldBe($"hortus:{files.Password}");
    }
}
