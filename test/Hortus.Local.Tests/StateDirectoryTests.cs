namespace Hortus.Local.Tests;

public sealed class StateDirectoryTests
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    [Fact]
    public void Only_the_owner_may_enter_the_folders()
    {
        using var folder = new TemporaryFolder();
        var state = new StateDirectory(folder["state"]);

        state.Create(2);

        foreach (var path in state.Clusters.SelectMany(cluster => cluster.Folders).Concat([state.Kubeconfigs, state.Logs]))
        {
            File.GetUnixFileMode(path).ShouldBe(OwnerFolder, path);
        }

        Directory.GetFiles(state.Root).ShouldBeEmpty();
    }

    [Fact]
    public void Creating_it_again_keeps_what_is_there()
    {
        using var folder = new TemporaryFolder();
        var state = new StateDirectory(folder["state"]);
        state.Create(2);
        File.WriteAllText(state.PortFile, "7443");

        state.Create(2);

        File.ReadAllText(state.PortFile).ShouldBe("7443");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");

        var error = Should.Throw<LocalGardenException>(() => new StateDirectory(Path.Combine(folder["file"], "state")).Create(1));

        error.Message.ShouldContain(Path.Combine(folder["file"], "state"));
        error.Message.ShouldEndWith("choose another one with --state-dir");
    }

    [Fact]
    public void A_secret_is_readable_by_its_owner_only_also_when_it_replaces_a_readable_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["secret"], "old");
        File.SetUnixFileMode(folder["secret"], OwnerFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        StateDirectory.WriteSecret(folder["secret"], "new");

        File.ReadAllText(folder["secret"]).ShouldBe("new");
        File.GetUnixFileMode(folder["secret"]).ShouldBe(OwnerFile);
        Directory.GetFiles(folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_half_written_secret_of_a_killed_process_is_no_obstacle()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["secret"] + ".tmp", "half");

        StateDirectory.WriteSecret(folder["secret"], "whole");

        File.ReadAllText(folder["secret"]).ShouldBe("whole");
    }

    [Theory]
    [InlineData("/srv/state", "/home/u", "/srv/state/hortus")]
    [InlineData(null, "/home/u", "/home/u/.local/state/hortus")]
    [InlineData("", "/home/u", "/home/u/.local/state/hortus")]
    public void The_default_place_follows_the_desktop_convention(string? stateHome, string home, string expected)
    {
        StateDirectory.DefaultPath(name => name switch
        {
            "XDG_STATE_HOME" => stateHome,
            "HOME" => home,
            _ => null,
        }).ShouldBe(expected);
    }

    [Fact]
    public void Two_folders_are_two_networks_and_a_trailing_slash_is_none()
    {
        var first = new StateDirectory("/srv/a");

        first.Runtime.NetworkNamespace.ShouldNotBe(new StateDirectory("/srv/b").Runtime.NetworkNamespace);
        first.Runtime.NetworkNamespace.ShouldBe(new StateDirectory("/srv/a/").Runtime.NetworkNamespace);
        first.Runtime.NetworkNamespace.Length.ShouldBeLessThanOrEqualTo(32);
    }
}
