using System.CommandLine;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Preview;
using Hortus.Runtime;

namespace Hortus.Cli.ManagedResources;

/// <summary><c>hortus managed-resource</c>: looks into ManagedResources, whose manifests are stored compressed.</summary>
public sealed class ManagedResourceCommands(TextWriter output, TextWriter errors, TimeProvider clock)
{
    /// <summary>How a cluster is reached by the name of a kubeconfig file; replaced in tests.</summary>
    internal Func<string?, IKubernetesClient> Connect { get; init; } = file =>
        new KubernetesClient(ClientConnection.Find(file), new ClientOptions { UserAgent = "hortus" });

    /// <summary>The command with its subcommands.</summary>
    public Command Create() => new Command("managed-resource", "Looks into ManagedResources.") { Show(), Diff() };

    private Command Show()
    {
        var subject = new Subject();
        var command = new Command("show", "Prints the manifests of a ManagedResource as YAML.");
        subject.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(
            ExitCode.Failure,
            () => ShowAsync(Connect(result.GetValue(subject.Kubeconfig)), subject.Key(result), subject.Mask(result), cancellationToken)));
        return command;
    }

    private Command Diff()
    {
        var subject = new Subject();
        var target = new Option<string?>("--target-kubeconfig")
        {
            Description = "Cluster with the objects; absent means that of the ManagedResource.",
        };
        var cluster = new Option<string?>("--cluster-id") { Description = "As the resource manager has it." };
        var label = new Option<string>("--managed-by-label-value")
        {
            Description = "As the resource manager has it.",
            DefaultValueFactory = _ => new PreviewSettings().ManagedByLabelValue,
        };
        var command = new Command(
            "diff",
            "Prints what the resource manager would change in the target; the exit code is 0 without changes, 1 with changes and 2 "
            + "when something would not work.")
        {
            target, cluster, label,
        };
        subject.AddTo(command);
        command.SetAction((result, cancellationToken) => GuardAsync(DiffView.HasFaults, async () =>
        {
            var source = Connect(result.GetValue(subject.Kubeconfig));
            var settings = new PreviewSettings
            {
                ClusterId = result.GetValue(cluster),
                ManagedByLabelValue = result.GetValue(label)!,
            };
            var run = new PreviewRun(source, result.GetValue(target) is { } file ? Connect(file) : source, settings, clock);
            var preview = await run.RunAsync(subject.Key(result), cancellationToken);
            return await new DiffView(output, errors, subject.Mask(result)).PrintAsync(preview);
        }));
        return command;
    }

    private async Task<int> GuardAsync(int failure, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is KubeConfigException or SettingException)
        {
            return await FailAsync(e.Message, ExitCode.BadConfiguration);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return await FailAsync(e.Status.Message ?? e.Message, failure);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            return await FailAsync(e.Message, failure);
        }
    }

    private async Task<int> ShowAsync(IKubernetesClient client, ObjectKey key, SecretMask? mask, CancellationToken cancellationToken)
    {
        var resource = await client.GetAsync<ManagedResource>(key, cancellationToken);
        var secrets = new List<Secret>();
        foreach (var reference in resource.Spec.SecretRefs)
        {
            secrets.Add(await client.GetAsync<Secret>(new ObjectKey(key.Namespace, reference.Name ?? ""), cancellationToken));
        }

        var manifests = ManifestReader.Read(secrets);
        foreach (var (index, manifest) in manifests.Objects.Index())
        {
            var yaml = KubernetesYaml.Write(mask is null ? manifest.Json : mask.Apply(manifest.Json));
            await output.WriteAsync($"{(index == 0 ? "" : "---\n")}# {manifest.Place}\n{yaml}");
        }

        foreach (var fault in manifests.Faults)
        {
            await errors.WriteLineAsync($"hortus: {fault}");
        }

        return manifests.Faults.Count == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<int> FailAsync(string reason, int code)
    {
        await errors.WriteLineAsync($"hortus: {reason}");
        return code;
    }

    /// <summary>Which ManagedResource a command is about, and whether values of Secrets are printed.</summary>
    private sealed class Subject
    {
        private readonly Argument<string> name = new("name") { Description = "Name of the ManagedResource." };
        private readonly Option<string> space = new("--namespace", "-n")
        {
            Description = "Namespace of the ManagedResource.",
            DefaultValueFactory = _ => "default",
        };

        private readonly Option<bool> secrets = new("--show-secrets")
        {
            Description = "Prints the values of Secrets, instead of their length and a hash that is good for this run only.",
        };

        public Option<string?> Kubeconfig { get; } = new("--kubeconfig")
        {
            Description = "Cluster with the ManagedResource; absent means KUBECONFIG, then ~/.kube/config.",
        };

        public void AddTo(Command command)
        {
            command.Arguments.Add(name);
            command.Options.Add(space);
            command.Options.Add(Kubeconfig);
            command.Options.Add(secrets);
        }

        public ObjectKey Key(ParseResult result) => new(result.GetValue(space), result.GetValue(name)!);

        public SecretMask? Mask(ParseResult result) => result.GetValue(secrets) ? null : new SecretMask();
    }
}
