//! Being told to stop: Ctrl-C, and a termination signal where there is one.

use std::{sync::Arc, thread};

use crate::intake::Control;

/// Resolves at Ctrl-C or, where there is one, at a termination signal.
pub(super) async fn told_to_stop() {
    let interrupted = async {
        // Without the handler the signal ends the process, which loses nothing.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// Ends a run at a signal, after the documents in hand.
pub(super) fn stop_on_signal(control: &Arc<Control>) {
    let control = Arc::clone(control);
    // Without the thread a signal ends the process at once, which loses nothing.
    let _ = thread::Builder::new().name("signal".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(told_to_stop());
        control.stop();
    });
}
